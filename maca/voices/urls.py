from django.urls import path

from maca.voices import views

urlpatterns = [
    path("audits/<slug:audit>/cases/<int:case>/reflection/", views.reflection, name="reflection"),
    path("audits/<slug:audit>/cases/<int:case>/views/", views.family_views, name="family-views"),
    path("audits/<slug:audit>/cases/<int:case>/views/<id:view>/", views.change_view, name="change-view"),
]
