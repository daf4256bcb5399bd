from django.apps import AppConfig


class FeedbackConfig(AppConfig):
    name = "maca.feedback"
    label = "feedback"
