from django.apps import AppConfig


class GovernanceConfig(AppConfig):
    name = "maca.governance"
    label = "governance"
