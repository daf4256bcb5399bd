from django.urls import path

from maca.inspection import views

ONE = "audits/<slug:audit>/inspection/"

urlpatterns = [
    path("inspections/new/", views.start_inspection, name="start-inspection"),
    path(ONE, views.inspection, name="inspection"),
    path(ONE + "days/", views.change_inspection_days, name="change-inspection-days"),
    path(ONE + "packs/", views.inspection_packs, name="inspection-packs"),
    path(ONE + "packs/<int:case>/<slug:kind>/", views.inspection_pack, name="inspection-pack"),
]
