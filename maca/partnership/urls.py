from django.conf import settings
from django.contrib.auth.views import LogoutView
from django.urls import path

from maca.partnership import views

sign_out = LogoutView.as_view()
sign_out.guard = "Whoever is signed in may sign out."  # type: ignore[attr-defined]

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-out/", sign_out, name="sign-out"),
    path("people/", views.people, name="people"),
    path("people/invite/", views.invite_person, name="invite-person"),
    path("people/still-needed/", views.attest_people, name="attest-people"),
    path("people/<id:person>/", views.person, name="person"),
    path("people/<id:person>/roles/", views.change_roles, name="change-roles"),
    path("people/<id:person>/end/", views.end_account, name="end-account"),
    path("people/<id:person>/invite-again/", views.invite_again, name="invite-again"),
]
if settings.MACA_TRAINING:
    urlpatterns.append(path("sign-in/as/<id:person>/", views.sign_in_as, name="sign-in-as"))
