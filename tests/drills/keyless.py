"""The site of the drill `double_click`: without its duties, so that nobody but whoever sends a form changes anything.
With `ignored`, the control, the keys of its forms mean nothing. Serves like `maca serve`."""

import os
import secrets
import sys

import django


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "maca.config.settings"
    django.setup()
    from django.conf import settings

    from maca.config.command import main as maca
    from maca.design import pages

    settings.MACA_DUTIES = []
    if sys.argv[1:] == ["ignored"]:
        pages._sending = lambda request: secrets.token_hex(32)
    maca(["serve", "--port", "0"])


if __name__ == "__main__":
    main()
