from django.apps import AppConfig


class PanelConfig(AppConfig):
    name = "maca.panel"
    label = "panel"
