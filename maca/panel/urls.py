from django.urls import path

from maca.panel import views

PANEL = "audits/<slug:audit>/panel/"

urlpatterns = [
    path(PANEL, views.panel, name="panel"),
    path(PANEL + "open/", views.open_panel, name="open-panel"),
    path(PANEL + "close/", views.close_panel, name="close-panel"),
    path(PANEL + "cases/<int:case>/", views.hearing, name="hearing"),
    path(PANEL + "cases/<int:case>/introduction/", views.introduce_case, name="introduce-case"),
    path(PANEL + "cases/<int:case>/heard/", views.finish_hearing, name="finish-hearing"),
    path(PANEL + "cases/<int:case>/findings/<slug:heading>/new/", views.record_finding, name="record-finding"),
    path(PANEL + "findings/<slug:heading>/new/", views.record_finding, name="record-audit-finding"),
    path(PANEL + "findings/<id:finding>/", views.change_finding, name="change-finding"),
    path(PANEL + "findings/<id:finding>/withdraw/", views.withdraw_finding, name="withdraw-finding"),
    path(PANEL + "findings/<id:finding>/put-back/", views.put_back_finding, name="put-back-finding"),
]
