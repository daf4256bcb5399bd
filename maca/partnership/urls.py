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
]
if settings.MACA_TRAINING:
    urlpatterns.append(path("sign-in/as/<id:person>/", views.sign_in_as, name="sign-in-as"))
