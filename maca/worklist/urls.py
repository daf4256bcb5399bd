from django.urls import path

from maca.worklist import views

urlpatterns = [
    path("", views.work_list, name="work-list"),
    path("audits/<slug:audit>/", views.audit, name="audit"),
    path("audits/<slug:audit>/cases/<int:case>/", views.case, name="case"),
]
