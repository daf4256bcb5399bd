from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "maca.notices"
    label = "notices"
