from django.urls import path

from maca.actions import views

ACTION = "actions/<id:action>/"
FINDING = "audits/<slug:audit>/actions/findings/<id:finding>/"

urlpatterns = [
    path("actions/", views.actions, name="actions"),
    path("audits/<slug:audit>/actions/", views.audit_actions, name="audit-actions"),
    path(FINDING, views.make_action, name="make-action"),
    path(FINDING + "join/<id:action>/", views.join_action, name="join-action"),
    path(ACTION, views.action, name="action"),
    path(ACTION + "change/", views.change_action, name="change-action"),
    path(ACTION + "day/", views.move_action_day, name="move-action-day"),
    path(ACTION + "stop/", views.stop_action, name="stop-action"),
    path(ACTION + "progress/", views.note_progress, name="note-progress"),
    path(ACTION + "done/", views.report_action_done, name="report-action-done"),
    path(ACTION + "verify/", views.verify_action, name="verify-action"),
    path(ACTION + "impact/", views.record_impact, name="record-impact"),
]
