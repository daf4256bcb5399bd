"""A page by itself, which needs no other file: to keep, to send or to put on a website."""

from pathlib import Path

from markupsafe import Markup

from maca.kernel.colour import OURS

_STYLE = Path(__file__).parent / "data" / "html" / "page.css"
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


def page_by_itself(title: str, body: Markup, *, colour: str = OURS) -> Markup:
    """The body with our style and nothing else round it: no script, and no address. `colour` is that of headings."""
    style = Markup(_STYLE.read_text("utf-8").strip().replace(OURS, colour))  # noqa: S704 - a file of our own
    return _PAGE.format(title=title, style=style, body=body)
