from django.apps import AppConfig


class WorklistConfig(AppConfig):
    name = "maca.worklist"
    label = "worklist"
