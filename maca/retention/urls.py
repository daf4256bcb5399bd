from django.urls import path

from maca.retention import views

CERTIFICATE = "retention/certificates/<id:certificate>/"

urlpatterns = [
    path("retention/", views.retention, name="retention"),
    path("retention/destroy/", views.destroy_due, name="destroy-due"),
    path("retention/schedule/", views.schedule, name="schedule"),
    path("retention/schedule/<slug:record_class>/", views.change_period, name="change-period"),
    path("retention/holds/", views.holds, name="holds"),
    path("retention/holds/begin/", views.begin_hold, name="begin-hold"),
    path("retention/holds/<id:hold>/end/", views.end_hold, name="end-hold"),
    path("retention/certificates/", views.certificates, name="certificates"),
    path(CERTIFICATE, views.certificate, name="certificate"),
    path(CERTIFICATE + "certificate.<slug:kind>", views.certificate_file, name="certificate-file"),
    path("audits/<slug:audit>/cases/<int:case>/destroy/", views.destroy_case, name="destroy-case"),
]
