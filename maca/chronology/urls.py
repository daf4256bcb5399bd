from django.urls import path

from maca.chronology import views

ONE = "audits/<slug:audit>/cases/<int:case>/chronology"

urlpatterns = [
    path(f"{ONE}/", views.line, name="chronology"),
    path(f"{ONE}.<slug:kind>", views.copy, name="chronology-copy"),
    path(f"{ONE}/<slug:agency>/", views.own, name="own-chronology"),
    path("people/patterns/", views.thresholds, name="thresholds"),
    path("people/phrases/", views.phrases, name="phrases"),
]
