from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "maca.kernel"
    label = "kernel"
