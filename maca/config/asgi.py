import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import django
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maca.config.settings")
django.setup(set_prefix=False)

from maca.config.refusals import refuse  # noqa: E402
from maca.design.middleware import put_headers  # noqa: E402


class Handler(ASGIHandler):
    """Django's own, but what it answers before any middleware, to a request it cannot read, has our headers too."""

    def create_request(self, scope: Mapping[str, Any], body_file: Any) -> Any:
        request, refusal = super().create_request(scope, body_file)
        return request, refusal and put_headers(refusal)


if not settings.MACA_TRAINING:
    # However it is served. A server imports this within its event loop, where no database may be asked: hence
    # the thread, whose connections are closed with it.
    with ThreadPoolExecutor(1) as apart:
        apart.submit(refuse).result()

application = Handler()
