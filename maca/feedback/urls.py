from django.urls import path

from maca.feedback import views

FACTS = "audits/<slug:audit>/facts/"
FEEDBACK = "audits/<slug:audit>/feedback/"
NOTE = FEEDBACK + "cases/<int:case>/<slug:agency>/"

urlpatterns = [
    path(FACTS, views.fact_checks, name="fact-checks"),
    path(FACTS + "ask/", views.ask_fact_checks, name="ask-fact-checks"),
    path(FACTS + "agencies/<slug:agency>/", views.fact_check, name="fact-check"),
    path(FACTS + "disputes/<id:dispute>/", views.decide_dispute, name="decide-dispute"),
    path(FACTS + "findings/<id:finding>/", views.correct_finding, name="correct-finding"),
    path(FEEDBACK, views.feedback_notes, name="feedback-notes"),
    path(NOTE, views.feedback_note, name="feedback-note"),
    path(NOTE + "send/", views.send_feedback_note, name="send-feedback-note"),
]
