from django.apps import AppConfig


class PartnershipConfig(AppConfig):
    name = "maca.partnership"
    label = "partnership"
