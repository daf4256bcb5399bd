from django.apps import AppConfig


class ConcernsConfig(AppConfig):
    name = "maca.concerns"
    label = "concerns"
