import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import django
from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maca.config.settings")
django.setup(set_prefix=False)

from maca.config.refusals import refuse  # noqa: E402
from maca.design.middleware import put_headers  # noqa: E402
from maca.design.receiving import LARGEST_BODY  # noqa: E402

MiB = 1024 * 1024
# Whoever sends a little too much is heard out and told; whoever sends more than this is cut short.
HEARD_OUT = 64 * MiB
# Of all requests together, so that no number of them fills the memory.
MOST_HELD = 12 * LARGEST_BODY
LONGEST_WAIT, LONGEST_BODY = 30.0, 180.0

Receive = Callable[[], Awaitable[Mapping[str, Any]]]


@dataclass(frozen=True)
class Refusal:
    """Why a body was not received, as a status and a sentence."""

    status: int
    sentence: str


TOO_LARGE = Refusal(
    413, "What you sent is too large, so nothing was saved. A file must be 10 MB or less. Go back and choose a smaller "
    "one."
)  # fmt: skip
TOO_SLOW = Refusal(
    408, "What you sent came too slowly, so nothing was saved. Go back and try again, if you can where the connection "
    "is better."
)  # fmt: skip
TOO_MANY = Refusal(
    503, "Many files are being sent at this moment, so nothing was saved. Go back and try again in a minute."
)


class Body:
    """What comes of one request, under limits: how long, how slowly, and how much of all requests at once.

    What breaks them is told to Django as somebody who has gone away, so that it lets go of what it has.
    """

    held_by_all = 0

    def __init__(self, receive: Receive) -> None:
        self.receive = receive
        self.length, self.held = 0, 0
        self.whole = False
        self.refusal: Refusal | None = None
        self.until = asyncio.get_running_loop().time() + LONGEST_BODY

    async def __call__(self) -> Mapping[str, Any]:
        if self.whole:  # from here on Django only listens whether somebody goes away
            return await self.receive()
        while True:
            left = self.until - asyncio.get_running_loop().time()
            try:
                message = await asyncio.wait_for(self.receive(), max(0.0, min(LONGEST_WAIT, left)))
            except TimeoutError:
                return self.refuse(TOO_SLOW)
            self.whole = message["type"] != "http.request" or not message.get("more_body", False)
            size = len(message.get("body", b""))
            self.length += size
            if self.length <= LARGEST_BODY:
                Body.held_by_all += size
                self.held += size
                return self.refuse(TOO_MANY) if Body.held_by_all > MOST_HELD else message
            if self.whole or self.length > HEARD_OUT:
                return self.refuse(TOO_LARGE)

    def refuse(self, refusal: Refusal) -> Mapping[str, Any]:
        self.whole, self.refusal = True, refusal
        return {"type": "http.disconnect"}

    def let_go(self) -> None:
        Body.held_by_all -= self.held


class Handler(ASGIHandler):
    """Django's own, but what it answers before any middleware, to a request it cannot read, has our headers too.

    Every middleware and every view of ours is synchronous, so a request goes to its thread once, and not once more for
    the view: half of what a small request cost was that way to and fro.
    """

    def load_middleware(self, is_async: bool = False) -> None:  # Django asks for the other kind
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        return await sync_to_async(self.get_response, thread_sensitive=True)(request)

    def create_request(self, scope: Mapping[str, Any], body_file: Any) -> Any:
        request, refusal = super().create_request(scope, body_file)
        return request, refusal and put_headers(refusal)

    async def handle(self, scope: dict[str, Any], receive: Receive, send: Any) -> None:
        """Django's own, with a bounded body."""
        body = Body(receive)
        try:
            await super().handle(scope, body, send)
            if body.refusal:
                page = render_to_string("design/refused.html", {"sentence": body.refusal.sentence, "kept": []})
                response = HttpResponse(page, status=body.refusal.status, headers={"Connection": "close"})
                await self.send_response(put_headers(response), send)
        finally:
            body.let_go()


if not settings.MACA_TRAINING:
    # However it is served. A server imports this within its event loop, where no database may be asked: hence
    # the thread, whose connections are closed with it.
    with ThreadPoolExecutor(1) as apart:
        apart.submit(refuse).result()

application = Handler()
