from importlib import import_module

from django.apps import AppConfig


class ConcernsConfig(AppConfig):
    name = "maca.concerns"
    label = "concerns"

    def ready(self) -> None:
        # So that every process that sends notices knows this room's.
        import_module("maca.concerns.messages")
