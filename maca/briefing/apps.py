from django.apps import AppConfig


class BriefingConfig(AppConfig):
    name = "maca.briefing"
    label = "briefing"
