from django.urls import path

from maca.cases import views

urlpatterns = [
    path("audits/<slug:audit>/nominations/", views.nominations, name="nominations"),
    path("audits/<slug:audit>/nominations/new/", views.nominate_case, name="nominate-case"),
    path("audits/<slug:audit>/nominations/<id:nomination>/select/", views.select_case, name="select-case"),
    path(
        "audits/<slug:audit>/nominations/<id:nomination>/pass-over/",
        views.pass_over_case,
        name="pass-over-case",
    ),
    path("audits/<slug:audit>/draw/", views.draw, name="draw"),
    path("audits/<slug:audit>/coverage/", views.coverage, name="coverage"),
    path("audits/<slug:audit>/cases/<int:case>/swap/", views.swap_case, name="swap-case"),
    path("audits/<slug:audit>/cases/<int:case>/presenter/", views.name_presenter, name="name-presenter"),
    path("audits/<slug:audit>/cases/<int:case>/panel/", views.seats, name="seats"),
    path("audits/<slug:audit>/cases/<int:case>/interest/", views.declare, name="declare"),
    path("audits/<slug:audit>/cases/<int:case>/interests/", views.declarations, name="declarations"),
    path(
        "audits/<slug:audit>/cases/<int:case>/interests/<id:declaration>/lift/",
        views.lift_conflict,
        name="lift-conflict",
    ),
    path("audits/<slug:audit>/cases/<int:case>/identity/", views.identity, name="identity"),
]
