from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "maca.journal"
    label = "journal"
