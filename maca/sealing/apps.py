from django.apps import AppConfig


class SealingConfig(AppConfig):
    name = "maca.sealing"
    label = "sealing"
