from django.urls import path

from maca.governance import views

urlpatterns = [
    path("journal/", views.journal, name="journal"),
    path("journal/out-of-the-ordinary/", views.outliers, name="outliers"),
    path("who-read-ours/", views.who_read_ours, name="who-read-ours"),
]
