from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from maca.partnership.fence import let_in
from maca.partnership.models import Person


class WithRoles(ModelBackend):
    """Fetches who is signed in with their partnership, agency and roles in two queries, on every request.

    A person deactivated, ended or no longer attested is nobody on their very next request.
    """

    def user_can_authenticate(self, user: Any) -> bool:
        return isinstance(user, Person) and user.may_sign_in()

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **more: Any
    ) -> Person | None:
        person = super().authenticate(request, username, password, **more)
        if not isinstance(person, Person):
            return None
        let_in(person)
        return person

    def get_user(self, user_id: int) -> Person | None:
        found = Person.objects.select_related("partnership", "agency").prefetch_related("appointments")
        try:
            person = found.get(pk=user_id)
        except Person.DoesNotExist:
            return None
        if not self.user_can_authenticate(person):
            return None
        let_in(person)
        return person
