from django.urls import path

from maca.concerns import views

urlpatterns = [
    path("concerns/", views.concerns, name="concerns"),
    path("audits/<slug:audit>/cases/<int:case>/concern/", views.raise_concern, name="raise-concern"),
    path("concerns/<id:concern>/", views.concern, name="concern"),
    path("concerns/<id:concern>/told/", views.say_told, name="say-told"),
    path("concerns/<id:concern>/acknowledge/", views.acknowledge_concern, name="acknowledge-concern"),
    path("concerns/<id:concern>/close/", views.close_concern, name="close-concern"),
    path("concerns/<id:concern>/note/", views.note_concern, name="note-concern"),
]
