import datetime as dt
from typing import Any

from django.utils import timezone

from maca.concerns.models import Route, Telling
from maca.design.forms import ChoiceField, DateField, Form, LongTextField, TextField, YesNoField, time_of
from maca.kernel.clock import LONDON, today


def on_and_time(at: dt.datetime) -> tuple[dt.date, str]:
    local = timezone.localtime(at, LONDON)
    return local.date(), f"{local:%H:%M}"


class Moments(Form):
    """A form with instants, each asked for as a date and a time in London."""

    def moment(self, name: str, *, past: bool = False) -> dt.datetime | None:
        """The instant of the fields `<name>_on` and `<name>_time`. What is wrong with it is said at the time."""
        on, text = self.cleaned_data.get(f"{name}_on"), self.cleaned_data.get(f"{name}_time", "")
        if not on or not text:
            return None
        if (at := time_of(text)) is None:
            self.add_error(f"{name}_time", "Write the time like 14:30 or 2:30pm")
            return None
        moment = dt.datetime.combine(on, at, LONDON)
        # A minute's grace: the clock of whoever writes may be ahead of ours.
        if past and moment > timezone.now() + dt.timedelta(minutes=1):
            self.add_error(f"{name}_time", "This must be in the past")
        return moment


def _date(label: str, **more: Any) -> DateField:
    return DateField(label=label, **more)


def _time(label: str, **more: Any) -> TextField:
    return TextField(label=label, width=5, **{"help_text": "For example, 14:30 or 2:30pm", **more})


class TellingForm(Moments):
    """Who was told of a concern."""

    told_name = TextField(label="Who did you tell?", help_text="Their name")
    told_agency = TextField(label="Which agency or team are they with?", called="their agency or team")
    route = ChoiceField(label="How did you tell them?", choices=Route.choices)
    told_on = _date("On what day did you tell them?", latest=today, called="the day you told them")
    told_time = _time("At what time?", called="the time you told them")
    reply_on = _date("By what day will they answer?", required=False, called="the day of their answer")
    reply_time = _time("By what time will they answer?", required=False, called="the time of their answer")

    telling: Telling | None = None

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        self.read_telling(values)
        return values

    def read_telling(self, values: dict[str, Any]) -> None:
        told_at, reply_by = self.moment("told", past=True), self.moment("reply")
        for given, missing in (("reply_on", "reply_time"), ("reply_time", "reply_on")):
            if values.get(given) and not values.get(missing) and missing not in self.errors:
                self.add_error(missing, "Give both the day and the time of their answer, or neither")
        if not self.errors and told_at:
            self.telling = Telling(
                values["told_name"], values["told_agency"], Route(values["route"]), told_at, reply_by
            )


class ConcernForm(TellingForm):
    """What was found, and who was told if anybody was. Only what was found must be there."""

    what = LongTextField(
        label="What makes you think that a child may be at risk now?",
        called="what makes you think that a child may be at risk now",
        help_text="What you saw, heard or read, and where it stands in the record. Say “the child” and use roles.",
        rows=6,
    )
    found_on = _date("On what day did you find it?", latest=today, called="the day you found it")
    found_time = _time("At what time did you find it?", called="the time you found it")
    is_told = YesNoField(label="Have you told children’s social care or the police?")
    field_order = ["what", "found_on", "found_time", "is_told"]

    found_at: dt.datetime | None = None

    def __init__(self, data: Any = None, **more: Any) -> None:
        on, time = on_and_time(timezone.now())
        super().__init__(data, initial={"found_on": on, "found_time": time}, **more)
        if self.data.get("is_told") != "yes":
            for name in TellingForm.base_fields:
                self.fields[name].required = False

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        self.found_at = self.moment("found", past=True)
        return values

    def read_telling(self, values: dict[str, Any]) -> None:
        if values.get("is_told"):
            super().read_telling(values)
        elif values.get("is_told") is False and any(values.get(name) for name in TellingForm.base_fields):
            self.add_error("is_told", "You have written below whom you told. Select yes, or clear it")


class CloseForm(Moments):
    """What those who were told have answered."""

    receipt = LongTextField(
        label="What did they answer?",
        called="what they answered",
        help_text="What the front door, or the emergency services, said they will do, and who said it.",
        rows=5,
    )
    replied_on = _date("On what day did they answer?", latest=today, called="the day they answered")
    replied_time = _time("At what time?", called="the time they answered")

    replied_at: dt.datetime | None = None

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        self.replied_at = self.moment("replied", past=True)
        return values


class NoteForm(Form):
    words = LongTextField(
        label="What do you want to add or correct?",
        called="what you want to add or correct",
        help_text="It is added with your name and the time. What stands there already is never changed.",
        rows=5,
    )
