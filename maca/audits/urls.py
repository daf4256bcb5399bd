from django.urls import path

from maca.audits import views

urlpatterns = [
    path("audits/", views.audits, name="audits"),
    path("priorities/", views.priorities, name="priorities"),
    path("priorities/new/", views.record_priority, name="record-priority"),
    path("priorities/<id:priority>/theme/", views.adopt_theme, name="adopt-theme"),
    path("themes/<id:theme>/audit/", views.plan_audit, name="plan-audit"),
    path("audits/<slug:audit>/plan/", views.plan, name="plan"),
    path("audits/<slug:audit>/plan/change/", views.change_plan, name="change-plan"),
]
