from django.urls import path

from maca.learning import views

RECOMMENDATION = "learning/recommendations/<id:recommendation>/"

urlpatterns = [
    path("learning/", views.learning, name="learning"),
    path("learning/reviews/", views.reviews, name="reviews"),
    path("learning/reviews/new/", views.record_review, name="record-review"),
    path("learning/reviews/<id:review>/", views.review, name="review"),
    path("learning/reviews/<id:review>/edit/", views.edit_review, name="edit-review"),
    path("learning/reviews/<id:review>/strike/", views.strike_review, name="strike-review"),
    path(RECOMMENDATION, views.recommendation, name="recommendation"),
    path(RECOMMENDATION + "findings/<id:finding>/link/", views.link_finding, name="link-finding"),
    path(RECOMMENDATION + "findings/<id:finding>/unlink/", views.unlink_finding, name="unlink-finding"),
    path("learning/figures/", views.figures, name="figures"),
    path("learning/years/<int:year>/", views.yearly, name="yearly-report"),
    path("learning/years/<int:year>/report.<str:office>", views.yearly_file, name="yearly-report-file"),
    path("learning/used/", views.used, name="used"),
    path("audits/<slug:audit>/recurrence/", views.recurrence, name="recurrence"),
    path("audits/<slug:audit>/recurrence/compare/", views.compare, name="compare-findings"),
    path("audits/<slug:audit>/again/", views.re_audit, name="re-audit"),
    path("briefings/<slug:audit>/discussed/", views.discussed, name="discussed"),
]
