from django.urls import path

from maca.partnership import views

urlpatterns = [
    path("people/", views.people, name="people"),
]
