from django.apps import AppConfig


class VoicesConfig(AppConfig):
    name = "maca.voices"
    label = "voices"
