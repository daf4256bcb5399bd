"""A page by itself, which needs no other file: to keep, to send or to put on a website."""

from pathlib import Path

from markupsafe import Markup

from maca.kernel.colour import OURS
from maca.kernel.look import PLAIN, Look, Style

_STYLE = Path(__file__).parent / "data" / "html" / "page.css"
_TAGS = {"body": "Normal", "h1": "Title", "h2": "Heading 1", "h3": "Heading 2", "h4": "Heading 3"}
_PAGE = Markup("""<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
{style}
</style>
</head>
<body>
<main>
{body}</main>
</body>
</html>
""")


def page_by_itself(title: str, body: Markup, *, look: Look = PLAIN) -> Markup:
    """The body with our style and nothing else round it: no script, and no address. Of the look it has fonts, colours
    and what is bold or slanted; sizes are those for a screen."""
    style = _STYLE.read_text("utf-8").strip().replace(OURS, look.ink)
    said = (f"{tag} {{ {rule} }}" for tag, kind in _TAGS.items() if (rule := _rule(look.of(kind), head=tag != "body")))
    lines = Markup("\n".join((style, *said)))  # noqa: S704 - a file of our own, and values within limits
    return _PAGE.format(title=title, style=lines, body=body)


def _rule(style: Style, *, head: bool) -> str:
    said = []
    if style.font:
        said.append(f'font-family: "{style.font}", Arial, Helvetica, sans-serif;')
    if style.colour:
        said.append(f"color: {style.colour};")
    if head and style.bold is not None:
        said.append(f"font-weight: {'bold' if style.bold else 'normal'};")
    if head and style.italic is not None:
        said.append(f"font-style: {'italic' if style.italic else 'normal'};")
    return " ".join(said)
