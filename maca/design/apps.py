from django.apps import AppConfig


class DesignConfig(AppConfig):
    name = "maca.design"
    label = "design"
