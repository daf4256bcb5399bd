from django.urls import path

from maca.returns import views

ONE = "audits/<slug:audit>/cases/<int:case>/returns/<slug:agency>/"

urlpatterns = [
    path("audits/<slug:audit>/circulate/", views.circulate, name="circulate"),
    path("audits/<slug:audit>/board/", views.board, name="board"),
    path("audits/<slug:audit>/cases/<int:case>/report/", views.report, name="report"),
    path(ONE, views.agency_return, name="return"),
    path(ONE + "known/", views.known, name="known"),
    path(ONE + "engagement/", views.engagement, name="engagement"),
    path(ONE + "engagement/autosave/", views.autosave_engagement, name="autosave-engagement"),
    path(ONE + "questions/<int:question>/", views.answer, name="answer"),
    path(ONE + "questions/<int:question>/autosave/", views.autosave, name="autosave"),
    path(ONE + "evidence/", views.evidence, name="evidence"),
    path(ONE + "evidence/<id:evidence>/remove/", views.remove_evidence, name="remove-evidence"),
    path(ONE + "form.<slug:office>", views.form, name="return-form"),
    path(ONE + "paper/", views.paper, name="return-on-paper"),
    path(ONE + "paper/take/", views.take, name="take-form"),
    path(ONE + "submit/", views.submit, name="submit"),
    path(ONE + "extend/", views.extend, name="extend-return"),
    path(ONE + "decline/", views.decline, name="decline"),
]
