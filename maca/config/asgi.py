import io
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import django
from django.conf import settings
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maca.config.settings")
django.setup(set_prefix=False)

from maca.config.refusals import refuse  # noqa: E402
from maca.design.middleware import put_headers  # noqa: E402
from maca.design.views import too_large  # noqa: E402


class Body(io.BytesIO):
    """What was sent, in memory alone: Django's own would put a large one into a temporary file, in clear."""

    is_too_large = False


class Handler(ASGIHandler):
    """Django's own, but what it answers before any middleware, to a request it cannot read, has our headers too."""

    async def read_body(self, receive: Any) -> Body:
        body, size = Body(), 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise RequestAborted
            piece = message.get("body", b"")
            size += len(piece)
            if size <= settings.MACA_LARGEST_REQUEST:
                body.write(piece)
            elif not body.is_too_large:
                body.is_too_large = True
                body.truncate(0)
            # A browser reads the answer once it has sent everything; nobody is listened to without end.
            if not message.get("more_body", False) or size > 8 * settings.MACA_LARGEST_REQUEST:
                body.seek(0)
                return body

    def create_request(self, scope: Mapping[str, Any], body_file: Any) -> Any:
        if isinstance(body_file, Body) and body_file.is_too_large:
            return None, put_headers(too_large())
        request, refusal = super().create_request(scope, body_file)
        return request, refusal and put_headers(refusal)


if not settings.MACA_TRAINING:
    # However it is served. A server imports this within its event loop, where no database may be asked: hence
    # the thread, whose connections are closed with it.
    with ThreadPoolExecutor(1) as apart:
        apart.submit(refuse).result()

application = Handler()
