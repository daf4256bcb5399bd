import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError

from maca.audits.models import Audit, PrioritySource
from maca.audits.question_sets import ready_made
from maca.audits.timetable import (
    DRAFT_AFTER,
    PACK_BEFORE,
    REQUEST_BEFORE,
    RETURNS_BEFORE,
    Timetable,
    timetable,
)
from maca.design.forms import ChoiceField, DateField, Form, LongTextField, NumberField, SelectField, TextField
from maca.kernel.clock import bank_holiday, is_working_day, today, working_days_between


class PriorityForm(Form):
    title = TextField(label="Priority", help_text="For example: children living with long-term neglect")
    source = ChoiceField(label="Where does it come from?", choices=PrioritySource.choices)
    reason = LongTextField(label="Why does it matter now?", rows=4)


class ThemeForm(Form):
    title = TextField(label="Theme", help_text="A word or two: “Neglect”")


class PlanForm(Form):
    """The plan of an audit. Its dates are worked out from the day of the panel."""

    title = TextField(label="Title of the audit", help_text="The theme and the round: “Neglect 3”")
    terms_of_reference = LongTextField(
        label="Terms of reference",
        help_text="What the audit is to find out, the period it looks at and who takes part.",
        rows=8,
    )
    questions = SelectField(label="Question set")
    review_title = TextField(
        label="Review whose learning is asked about",
        help_text="Some questions name a review, for example “the Serious Case Review for Child and Family R”. "
        "Leave empty if none bears on this theme; such a question is then left out.",
        required=False,
    )
    earlier = SelectField(
        label="Earlier audit on this theme",
        help_text="So that whoever reads this audit finds what was said the last time.",
        required=False,
    )
    panel_on = DateField(label="Day of the panel")
    request_before = NumberField(
        label="Circulate, working days before the panel", min_value=1, max_value=120, initial=REQUEST_BEFORE
    )
    returns_before = NumberField(
        label="Returns due, working days before the panel", min_value=1, max_value=60, initial=RETURNS_BEFORE
    )
    pack_before = NumberField(
        label="Pack ready, working days before the panel", min_value=0, max_value=60, initial=PACK_BEFORE
    )
    draft_after = NumberField(
        label="Briefing drafted, working days after the panel",
        min_value=1,
        max_value=120,
        initial=DRAFT_AFTER,
    )

    def __init__(self, *args: Any, earlier: list[Audit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["questions"].choices = [(code, one.name) for code, one in ready_made().items()]  # type: ignore[attr-defined]
        self.fields["earlier"].choices = [("", "None")] + [(one.public_id, one.title) for one in earlier]  # type: ignore[attr-defined]

    def clean_panel_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["panel_on"]
        if day <= today():
            raise ValidationError("The day of the panel must be in the future")
        if day > today() + dt.timedelta(days=3 * 366):
            raise ValidationError("The day of the panel must be within the next three years")
        if holiday := bank_holiday(day):
            raise ValidationError(f"{day:%-d %B %Y} is a bank holiday in England ({holiday}). Choose a working day")
        if not is_working_day(day):
            raise ValidationError(f"{day:%-d %B %Y} is a {day:%A}. Choose a working day")
        return day

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and self.dates().returns_due_on <= today():
            self.add_error("panel_on", "The returns would be due today or earlier. Choose a later day for the panel")
        order = ("request_before", "returns_before", "pack_before")
        if not self.errors and not (values[order[0]] > values[order[1]] >= values[order[2]]):
            self.add_error(
                "returns_before",
                "Returns must be due after the cases are circulated and no later than the pack is ready",
            )
        return values

    def dates(self) -> Timetable:
        values = self.cleaned_data
        return timetable(
            values["panel_on"],
            request_before=values["request_before"],
            returns_before=values["returns_before"],
            pack_before=values["pack_before"],
            draft_after=values["draft_after"],
        )


class ChangePlanForm(PlanForm):
    purpose = LongTextField(label="Purpose, as every agency will read it", rows=5)
    legal_basis = LongTextField(label="Legal basis, as every agency will read it", rows=5)
    field_order = ("title", "terms_of_reference", "purpose", "legal_basis")


def plan_as_filled_in(audit: Audit) -> Mapping[str, Any]:
    """What the form for changing a plan shows: the plan as it is."""
    days: dict[str, int] = {}
    if audit.panel_on and audit.request_on and audit.returns_due_on and audit.pack_on and audit.draft_on:
        days = {
            "request_before": working_days_between(audit.request_on, audit.panel_on),
            "returns_before": working_days_between(audit.returns_due_on, audit.panel_on),
            "pack_before": working_days_between(audit.pack_on, audit.panel_on),
            "draft_after": working_days_between(audit.panel_on, audit.draft_on),
        }
    return {
        "title": audit.title,
        "terms_of_reference": audit.terms_of_reference,
        "questions": audit.question_set,
        "review_title": audit.review_title,
        "earlier": audit.earlier.public_id if audit.earlier else "",
        "panel_on": audit.panel_on,
        "purpose": audit.purpose,
        "legal_basis": audit.legal_basis,
        **days,
    }
