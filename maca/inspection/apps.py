from django.apps import AppConfig


class InspectionConfig(AppConfig):
    name = "maca.inspection"
    label = "inspection"
