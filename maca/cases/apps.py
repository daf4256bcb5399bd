from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "maca.cases"
    label = "cases"
