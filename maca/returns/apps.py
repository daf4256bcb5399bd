from importlib import import_module

from django.apps import AppConfig


class ReturnsConfig(AppConfig):
    name = "maca.returns"
    label = "returns"

    def ready(self) -> None:
        # So that every process that sends notices knows this room's.
        import_module("maca.returns.messages")
