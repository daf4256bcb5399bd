from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.views import LoginView
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from maca.design.pages import anyone_signed_in, guarded, open_to_all
from maca.partnership.fence import let_in
from maca.partnership.forms import SignInForm
from maca.partnership.models import ROLES_IN_PROSE, Person
from maca.partnership.queries import invented_people, people_of
from maca.partnership.requests import signed_in


class SignIn(LoginView):
    """Sign in; on a training site, with one click as any of the invented people."""

    template_name = "partnership/sign_in.html"
    form_class = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **context: object) -> dict[str, object]:
        people = invented_people() if settings.MACA_TRAINING else []
        return super().get_context_data(**context, people=people, **{"next": self.get_redirect_url()})


sign_in = open_to_all("Nobody is signed in yet.")(SignIn.as_view())


@open_to_all("One click signs in an invented person. It exists only in training mode.")
@require_POST
def sign_in_as(request: HttpRequest, person: str) -> HttpResponse:
    """Sign in as an invented person of a training partnership. Not there at all in production."""
    if not settings.MACA_TRAINING:
        raise Http404
    invented = Person.objects.filter(public_id=person, partnership__training=True, is_active=True).first()
    if invented is None:
        raise Http404
    let_in(invented)
    login(request, invented, backend=settings.AUTHENTICATION_BACKENDS[0])
    onward = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(onward, {request.get_host()}, require_https=request.is_secure()):
        return redirect(onward)
    return redirect("work-list")


@guarded(anyone_signed_in)
def people(request: HttpRequest) -> HttpResponse:
    return render(
        request,
        "partnership/people.html",
        {"people": people_of(signed_in(request)), "roles": ROLES_IN_PROSE},
    )
