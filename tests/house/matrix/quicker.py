"""What Django works out anew for every query and every request, worked out once: the run has hundreds of thousands.

None of it depends on who asks: how a column is written in SQL and read from it, and which page an address leads to.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models.expressions import Col
from django.db.models.sql.compiler import SQLCompiler
from django.urls import ResolverMatch
from django.urls.resolvers import URLResolver


def compiled(compile_node: Callable[[SQLCompiler, Any], Any]) -> Callable[[SQLCompiler, Any], Any]:
    def compile_once(compiler: SQLCompiler, node: Any) -> Any:
        if type(node) is not Col:
            return compile_node(compiler, node)
        if (known := node.__dict__.get("known_sql")) is None:
            known = node.known_sql = compile_node(compiler, node)[0]
        return known, []

    return compile_once


def converted(find: Callable[[SQLCompiler, Iterable[Any]], dict[int, Any]]) -> Callable[..., dict[int, Any]]:
    def find_once(compiler: SQLCompiler, expressions: Iterable[Any]) -> dict[int, Any]:
        every = list(expressions)
        if any(type(one) is not Col for one in every):
            return find(compiler, every)
        for one in every:
            if "known_converters" not in one.__dict__:
                one.known_converters = find(compiler, [one]).get(0)
        return {at: known for at, one in enumerate(every) if (known := one.known_converters)}

    return find_once


def resolved(resolve: Callable[[URLResolver, str], ResolverMatch]) -> Callable[[URLResolver, str], ResolverMatch]:
    known: dict[str, ResolverMatch] = {}

    def resolve_once(resolver: URLResolver, path: str) -> ResolverMatch:
        if not str(path).startswith("/"):  # a part of an address, in one of the rooms
            return resolve(resolver, path)
        if path not in known:
            known[path] = resolve(resolver, path)
        return known[path]

    return resolve_once


STAND_INS = (
    (SQLCompiler, "compile", compiled),
    (SQLCompiler, "get_converters", converted),
    (URLResolver, "resolve", resolved),
)
