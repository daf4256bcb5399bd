import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError

from maca.design.dates import date
from maca.design.forms import (
    CheckboxesField,
    ChoiceField,
    DateField,
    EmailField,
    Form,
    SelectField,
    TextField,
    YesNoField,
)
from maca.partnership import rules
from maca.partnership.models import (
    NOT_AN_ADDRESS,
    ROLES_IN_PROSE,
    Agency,
    EndReason,
    Person,
    Role,
    SchoolHoliday,
    as_kept,
)
from maca.partnership.queries import is_due


def _roles_field(offered: frozenset[Role]) -> CheckboxesField:
    return CheckboxesField(
        label="Roles",
        called="at least one role",
        choices=[(role.value, role.label) for role in Role if role in offered],
        hints={role.value: prose for role, prose in ROLES_IN_PROSE.items()},
    )


class InvitationForm(Form):
    """Whom to invite, and what they may do. A lead invites to their own agency, so is not asked which."""

    name = TextField(label="Name", autocomplete="off", max_length=200)
    post = TextField(
        label="Post", help_text="What they are called on every page, for example “Named nurse”.", max_length=200
    )
    email = EmailField(
        label="Work e-mail address",
        help_text="Their own: an address that several people read cannot have an account.",
        autocomplete="off",
        max_length=254,
    )
    agency = SelectField(label="Agency", help_text="Leave empty for somebody who speaks for none.", required=False)

    def __init__(self, data: Mapping[str, Any] | None, *, agencies: Sequence[Agency], by: Person) -> None:
        super().__init__(data)
        self.by, self.agencies = by, {one.public_id: one for one in agencies}
        offered = rules.grantable(by)
        if by.holds(*rules.RUNS_THE_REGISTER):
            self.fields["agency"].choices = [  # type: ignore[attr-defined]
                ("", "None"),
                *((one.public_id, one.name) for one in agencies),
            ]
        else:
            del self.fields["agency"]
        self.fields["roles"] = _roles_field(offered)
        if len(offered) == 1:
            self.initial["roles"] = [role.value for role in offered]

    def clean_email(self) -> str:
        if email := as_kept(self.cleaned_data["email"]):
            return email
        raise ValidationError(NOT_AN_ADDRESS)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if "roles" in cleaned:
            own = None if "agency" in self.fields else self.by.agency
            cleaned["agency"] = self.agencies.get(cleaned.get("agency", ""), own)
            cleaned["roles"] = [Role(role) for role in cleaned["roles"]]
            if not (may := rules.may_invite_person(self.by, cleaned["roles"], cleaned["agency"])):
                self.add_error("roles", may.sentence)
        return cleaned


class RolesForm(Form):
    """What somebody may do."""

    def __init__(self, data: Mapping[str, Any] | None, *, subject: Person, by: Person) -> None:
        super().__init__(data, initial={"roles": [role.value for role in subject.roles]})
        self.by, self.subject = by, subject
        # What they hold and this person may not take away stays on the page, so that it is sent back.
        self.fields["roles"] = _roles_field(rules.grantable(by) | subject.roles)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if "roles" in cleaned:
            cleaned["roles"] = [Role(role) for role in cleaned["roles"]]
            if not (may := rules.may_change_roles_to(self.by, self.subject, cleaned["roles"])):
                self.add_error("roles", may.sentence)
        return cleaned


class ContactsForm(Form):
    """Whom an agency's requests and reminders go to."""

    contact = SelectField(
        label="Contact", help_text="Requests and reminders go to them. Without one they go to the lead.", required=False
    )
    deputy = SelectField(
        label="Deputy", help_text="Reminded too from three working days before a return is due.", required=False
    )

    def __init__(self, data: Mapping[str, Any] | None, *, agency: Agency, people: Sequence[Person]) -> None:
        named = {"contact": agency.contact, "deputy": agency.deputy}
        super().__init__(data, initial={name: one.public_id if one else "" for name, one in named.items()})
        self.people = {one.public_id: one for one in people}
        for name in named:
            self.fields[name].choices = [  # type: ignore[attr-defined]
                ("", "Nobody"),
                *((one.public_id, str(one)) for one in people),
            ]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("contact") and cleaned.get("contact") == cleaned.get("deputy"):
            self.add_error("deputy", "Choose somebody else as deputy, or nobody")
        return cleaned

    def chosen(self, name: str) -> Person | None:
        return self.people.get(self.cleaned_data[name])


class EndForm(Form):
    reason = ChoiceField(label="Why does the account end?", choices=EndReason.choices)


class AttestForm(Form):
    """For each person: still works here and still needs this, or why not. Unanswered is left as it is."""

    YES = "yes"

    def __init__(self, data: Mapping[str, Any] | None, *, people: Sequence[Person]) -> None:
        super().__init__(data)
        self.people = {f"person-{one.public_id}": one for one in people}
        for name, one in self.people.items():
            self.fields[name] = ChoiceField(
                label=str(one),
                help_text=_how_it_stands(one),
                choices=[(self.YES, "Still works here and still needs this"), *_reasons_for(one)],
                required=False,
            )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and not any(cleaned.values()):
            self.add_error(None, "Answer for at least one person.")
        return cleaned

    def answers(self) -> dict[Person, EndReason | None]:
        given = ((self.people[name], value) for name, value in self.cleaned_data.items() if value)
        return {one: None if value == self.YES else EndReason(value) for one, value in given}


def _reasons_for(person: Person) -> list[tuple[str, str]]:
    reasons = [one for one in EndReason if one != EndReason.NEVER_JOINED or person.joined_at is None]
    return [(one.value, f"No: {one.label.lower()}. End the account") for one in reasons]


def _how_it_stands(person: Person) -> str:
    until = person.attested_until
    if until is None or not person.is_attested():
        return "Cannot sign in: nobody has said for over 90 days that they still need this."
    return f"{'Runs out soon, after' if is_due(person) else 'Lasts until'} {date(until)}. {person.roles_in_words()}."


class UploadsForm(Form):
    takes = YesNoField(
        label="Do you take photographs and documents with returns?",
        help_text="If not, agencies say where in their own records a thing can be seen. Those there are stay readable.",
    )


class PublicBriefingsForm(Form):
    public = YesNoField(
        label="May briefings be put on public pages?",
        help_text="Anybody who has the address reads such a page without signing in. Each briefing has its own switch "
        "too. If not, pages that are there are no longer shown.",
    )


class ColourForm(Form):
    colour = TextField(
        label="In which colour are headings printed?",
        called="the colour",
        help_text="As # and six figures or letters, such as #1d4e6f. Leave it empty for the site’s own.",
        required=False,
        max_length=20,
    )

    def clean_colour(self) -> str:
        colour = str(self.cleaned_data["colour"]).lower()
        if not (verdict := rules.may_print_in(colour)):
            raise ValidationError(verdict.sentence)
        return colour


LONGEST_HOLIDAY = dt.timedelta(days=70)


class SchoolHolidaysForm(Form):
    """One more school holiday, and those to take out. Either may be left alone."""

    name = TextField(label="Name", help_text="For example “May half-term”.", max_length=100, required=False)
    first_on = DateField(label="First day", called="the first day", required=False)
    last_on = DateField(label="Last day", called="the last day", required=False)

    def __init__(self, data: Mapping[str, Any] | None, *, holidays: Sequence[SchoolHoliday]) -> None:
        super().__init__(data)
        self.holidays = {one.public_id: one for one in holidays}
        if holidays:
            self.fields["take_out"] = CheckboxesField(
                label="Take out",
                choices=[
                    (key, f"{one}, {date(one.first_on)} to {date(one.last_on)}") for key, one in self.holidays.items()
                ],
                required=False,
            )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if self.errors:
            return cleaned
        parts = ("name", "first_on", "last_on")
        if any(cleaned[part] for part in parts):
            for part, called in zip(parts, ("a name", "the first day", "the last day"), strict=True):
                if not cleaned[part]:
                    self.add_error(part, f"Enter {called} of the holiday")
        elif not cleaned.get("take_out"):
            self.add_error("name", "Enter a holiday, or tick one to take out")
        if not self.errors and self.added():
            _, first, last = self.added()  # type: ignore[misc]
            if last < first:
                self.add_error("last_on", f"The last day must be {date(first)} or later")
            elif last - first > LONGEST_HOLIDAY:
                self.add_error("last_on", "A holiday is ten weeks long at most. Check both years")
        return cleaned

    def added(self) -> tuple[str, dt.date, dt.date] | None:
        values = self.cleaned_data
        return (values["name"], values["first_on"], values["last_on"]) if values.get("name") else None

    def taken_out(self) -> list[SchoolHoliday]:
        return [self.holidays[key] for key in self.cleaned_data.get("take_out", [])]
