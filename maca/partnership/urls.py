from django.urls import path

from maca.partnership import views

urlpatterns = [
    path("people/", views.people, name="people"),
    path("people/invite/", views.invite_person, name="invite-person"),
    path("people/still-needed/", views.attest_people, name="attest-people"),
    path("people/school-holidays/", views.school_holidays, name="school-holidays"),
    path("people/uploads/", views.uploads_setting, name="uploads-setting"),
    path("people/public-briefings/", views.public_briefings_setting, name="public-briefings-setting"),
    path("people/colour/", views.colour_setting, name="colour-setting"),
    path("agencies/<id:body>/", views.agency, name="agency"),
    path("agencies/<id:body>/contacts/", views.name_contacts, name="name-contacts"),
    path("people/<id:person>/", views.person, name="person"),
    path("people/<id:person>/roles/", views.change_roles, name="change-roles"),
    path("people/<id:person>/end/", views.end_account, name="end-account"),
    path("people/<id:person>/invite-again/", views.invite_again, name="invite-again"),
]
