from typing import Any

from django.contrib.auth.backends import ModelBackend

from maca.partnership.models import Person


class WithRoles(ModelBackend):
    """Fetches who is signed in with their partnership, agency and roles in two queries, on every request.

    A person deactivated, gone or no longer vouched for is nobody on their very next request.
    """

    def get_user(self, user_id: int) -> Person | None:
        person = (
            Person.objects.select_related("partnership", "agency")
            .prefetch_related("appointments")
            .filter(pk=user_id)
            .first()
        )
        return person if person and self.user_can_authenticate(person) else None

    def user_can_authenticate(self, user: Any) -> bool:
        """Asked after the password was hashed, so that the answer takes as long whatever it is."""
        return bool(user is not None and user.may_sign_in())
