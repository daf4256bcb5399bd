import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from maca.cases.facts import GROWN_UP, Level, years_between
from maca.design.forms import CheckboxesField, DateField, Form, LongTextField, SelectField, TextField
from maca.inspection.children import ChosenChild
from maca.inspection.days import CALLED, Days, wrong_days
from maca.kernel.clock import today
from maca.partnership.models import Agency

NAMES_A_CHILD = "This holds a word of a child’s name, family or address, and everybody reads it. Leave it out"
USUAL_CHILDREN, MOST_CHILDREN = 5, 12


class DaysForm(Form):
    """The lead inspector’s days."""

    notice_on = DateField(label="Day of notice", called="the day of notice", help_text="It is day 1.")
    returns_due_on = DateField(label=CALLED["returns_due_on"], called="the day evaluations are handed in")
    packs_on = DateField(label=CALLED["packs_on"], called="the day packs are handed over")
    on_site_from = DateField(label=CALLED["on_site_from"], called="the first day on site")
    on_site_to = DateField(label=CALLED["on_site_to"], called="the last day on site")
    before: Days | None = None

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        named = {name: given[name] for name in CALLED if given.get(name)}
        for name, sentence in wrong_days(named, today(), self.before):
            self.add_error(name, sentence)
        return given

    def days(self) -> Days:
        return Days(**{name: self.cleaned_data[name] for name in CALLED})


class ChangeDaysForm(DaysForm):
    def __init__(self, data: Mapping[str, Any] | None, *, days: Days) -> None:
        super().__init__(data, initial=vars(days))
        self.before = days


class StartForm(DaysForm):
    called = TextField(label="Name of the inspection", help_text="For example: JTAI 2026", max_length=200)
    theme = TextField(label="Theme", help_text="As the inspectors name it.")
    agencies = CheckboxesField(label="Which agencies are asked?", called="the agencies that are asked", many=True)

    def __init__(
        self, data: Mapping[str, Any] | None, *, agencies: Collection[Agency], children: int, days: Days
    ) -> None:
        initial = {**vars(days), "called": f"JTAI {today():%B %Y}", "agencies": [one.slug for one in agencies]}
        super().__init__(data, initial=initial)
        self._agencies = {one.slug: one for one in agencies}
        choices = [(one.slug, one.name) for one in agencies]
        self.fields["agencies"].choices = choices  # type: ignore[attr-defined]
        self.numbers = range(1, children + 1)
        for number in self.numbers:
            self.fields |= _fields_of(number, choices)
        self.order_fields(["called", "theme", *CALLED, "agencies"])

    @property
    def has_wrong_days(self) -> bool:
        return self.is_bound and any(self.errors.get(name) for name in CALLED)

    def groups(self) -> list[tuple[int, list[Any], bool]]:
        """Of each child its number, its fields, and whether they are shown at once: the first, and those begun."""
        return [
            (number, fields, number == 1 or any(_is_filled(one.value()) or one.errors for one in fields))
            for number in self.numbers
            for fields in [[self[name] for name in _fields_of(number, ())]]
        ]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        asked = set(given.get("agencies", ()))
        for number in self.numbers:
            values = {name: given.get(f"{name}-{number}") for name in ("name", "born_on", "level", "address")}
            more = [given.get(f"{name}-{number}") for name in ("household", "record_number")]
            born_on = values["born_on"]
            if any(values.values()) or any(more):
                if not values["name"]:
                    self._say(f"name-{number}", f"Enter the name of child {number}, or leave the whole child empty")
                if not values["level"]:
                    self._say(f"level-{number}", f"Choose the level of help of child {number}")
                if asked and asked <= set(given.get(f"not_asked-{number}", ())):
                    self._say(f"not_asked-{number}", f"Leave at least one agency to be asked about child {number}")
            if born_on and born_on > today():
                self._say(f"born_on-{number}", f"The date of birth of child {number} must be in the past; leave it "
                          "empty for an unborn child")  # fmt: skip
            elif born_on and years_between(born_on, today()) >= GROWN_UP:
                self._say(f"born_on-{number}", f"Child {number} would be 18 or more. Look at the date of birth")
        children = [] if self.errors else self.children()
        for name in ("called", "theme"):
            if any(one.named_in(given.get(name, "")) for one in children):
                self.add_error(name, NAMES_A_CHILD)
        if not self.errors and not self.children():
            self.add_error("name-1", "Enter the name of at least one child whom the inspectors have chosen")
        return given

    def _say(self, name: str, sentence: str) -> None:
        if name not in self.errors:
            self.add_error(name, sentence)

    def asked(self) -> list[Agency]:
        return [self._agencies[slug] for slug in self.cleaned_data["agencies"]]

    def children(self) -> list[ChosenChild]:
        """Those who were named; blocks that were left empty are none."""
        given = self.cleaned_data
        return [
            ChosenChild(
                name=given[f"name-{at}"], born_on=_date(given[f"born_on-{at}"]), level=given[f"level-{at}"],
                address=given[f"address-{at}"], household=given[f"household-{at}"],
                record_number=given[f"record_number-{at}"], not_asked=frozenset(given[f"not_asked-{at}"]),
            )
            for at in self.numbers
            if given.get(f"name-{at}")
        ]  # fmt: skip


def _is_filled(value: object) -> bool:
    return any(value) if isinstance(value, tuple) else bool(value)


def _date(given: object) -> dt.date | None:
    return given if isinstance(given, dt.date) else None


def _fields_of(number: int, agencies: Collection[tuple[str, str]]) -> dict[str, Any]:
    called = f"of child {number}"
    return {
        f"name-{number}": TextField(label=f"Name {called}", required=False),
        f"born_on-{number}": DateField(
            label=f"Date of birth {called}", called=f"the date of birth {called}", required=False
        ),
        f"level-{number}": SelectField(label=f"Level of help {called}", choices=Level.choices, required=False),
        f"address-{number}": LongTextField(label=f"Address {called}", rows=2, required=False),
        f"household-{number}": LongTextField(label=f"Family {called}", rows=2, required=False),
        f"record_number-{number}": TextField(label=f"Number in social care’s record {called}", required=False),
        f"not_asked-{number}": CheckboxesField(
            label=f"Which agencies did not know child {number}?",
            help_text="They are not asked about this child.",
            choices=agencies,
            many=True,
            required=False,
        ),
    }
