import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError

from maca.audits.models import AskedOf, Audit, Choice, Heading, PrioritySource, QuestionKind, ToldBy
from maca.audits.question_sets import Questions, SetQuestion
from maca.audits.timetable import (
    DRAFT_AFTER,
    PACK_BEFORE,
    REQUEST_BEFORE,
    RETURNS_BEFORE,
    Timetable,
    timetable,
)
from maca.design.forms import (
    CheckboxesField,
    ChoiceField,
    DateField,
    Form,
    LongTextField,
    NumberField,
    SelectField,
    TextField,
)
from maca.kernel.clock import bank_holiday, is_working_day, today, working_days_between
from maca.partnership.models import AgencyKind


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
    tool = TextField(
        label="Assessment tool of this theme",
        help_text="For example “neglect toolkit” or “Graded Care Profile”. If no entry of a chronology says that it "
        "was used, the panel is asked why. Leave empty if agencies are not expected to use one.",
        max_length=100,
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

    def __init__(self, *args: Any, asks: Mapping[str, Questions], earlier: list[Audit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["questions"].choices = [(code, one.name) for code, one in asks.items()]  # type: ignore[attr-defined]
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
        "tool": audit.tool,
        "earlier": audit.earlier.public_id if audit.earlier else "",
        "panel_on": audit.panel_on,
        "purpose": audit.purpose,
        "legal_basis": audit.legal_basis,
        **days,
    }


class DraftSetForm(Form):
    name = TextField(label="Name of the question set", help_text="For example: Neglect", max_length=200)
    begin_from = SelectField(
        label="Begin from",
        help_text="Its questions are copied into your draft. A next version begins from the one before.",
        required=False,
    )

    def __init__(self, *args: Any, sets: Mapping[str, Questions], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [("", "Nothing: an empty set"), *((code, one.name) for code, one in sets.items())]
        self.fields["begin_from"].choices = offered  # type: ignore[attr-defined]


class RenameSetForm(Form):
    name = TextField(label="Name of the question set", max_length=200)


class AddSetForm(Form):
    questions = SelectField(
        label="Set whose questions are added", help_text="Those that your draft has already are not added twice."
    )

    def __init__(self, *args: Any, sets: Mapping[str, Questions], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["questions"].choices = [("", "Choose one")] + [  # type: ignore[attr-defined]
            (code, one.name) for code, one in sets.items()
        ]


class PanelQuestionForm(Form):
    """A question to the panel. It is answered in findings, so it needs no kind and hangs on nothing."""

    text = TextField(label="Question")
    hint = LongTextField(label="Guidance", help_text="Shown beside the question.", rows=3, required=False)
    heading = SelectField(
        label="Heading of the findings that answer it",
        choices=[("", "None"), *Heading.choices],
        required=False,
    )

    def __init__(self, data: Mapping[str, Any] | None, questions: Questions, question: SetQuestion | None) -> None:
        super().__init__(data)
        self.code = question.code if question else ""
        if question:
            self.initial = {name: getattr(question, name) for name in self.fields}
        self.fields["heading"].choices = [("", "None"), *Heading.choices]  # type: ignore[attr-defined]

    def question(self) -> SetQuestion:
        return SetQuestion(code=self.code, kind=QuestionKind.LIST, **self.cleaned_data)


OFFERED_UNDER = [choice for choice in Heading.choices if choice[0] != Heading.GOOD_PRACTICE]


class AgencyQuestionForm(Form):
    text = TextField(
        label="Question",
        help_text="{review} becomes the review that the audit names; without one the question is left out.",
    )
    hint = LongTextField(
        label="Guidance",
        help_text="Shown beside the question: what to look for, and what counts.",
        rows=3,
        required=False,
    )
    kind = ChoiceField(label="How is it answered?", choices=QuestionKind.choices)
    for_kinds = CheckboxesField(
        label="Which agencies are asked?",
        help_text="Tick none to ask every agency.",
        choices=AgencyKind.choices,
        required=False,
    )
    shown_if = SelectField(
        label="Does it hang on an earlier question?",
        help_text="Only a question that is answered with yes or no can decide.",
        required=False,
    )
    shown_if_answers = CheckboxesField(
        label="Asked when that question is",
        choices=Choice.choices,
        required=False,
    )
    heading = SelectField(
        label="Where is it offered to the panel?",
        help_text="The points of a list are offered on panel day, below that question of the panel.",
        choices=[("", "Nowhere"), *OFFERED_UNDER],
        required=False,
    )
    told_by = SelectField(
        label="What in a chronology says the same?",
        help_text="The report then shows where an answer of yes or no and the chronology of a case do not agree.",
        choices=[("", "Nothing"), *ToldBy.choices],
        required=False,
    )

    def __init__(self, data: Mapping[str, Any] | None, questions: Questions, question: SetQuestion | None) -> None:
        super().__init__(data)
        self.code = question.code if question else ""
        before = questions.agency
        if question:
            self.initial = {name: getattr(question, name) for name in self.fields}
            codes = [one.code for one in before]
            before = before[: codes.index(question.code)] if question.code in codes else before
        deciding = [
            (one.code, f"{number}. {one.text}")
            for number, one in enumerate(before, start=1)
            if one.kind == QuestionKind.JUDGEMENT
        ]
        self.fields["shown_if"].choices = [("", "No: it is always asked"), *deciding]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if not values.get("shown_if"):
            values["shown_if_answers"] = []
        elif not values.get("shown_if_answers"):
            self.add_error("shown_if_answers", "Tick the answers to the earlier question that bring this one up")
        if values.get("heading") and values.get("kind") not in ("", None, QuestionKind.LIST):
            self.add_error("heading", "Only the points of a list are offered to the panel. Choose “Nowhere”")
        if values.get("told_by") and values.get("kind") not in ("", None, QuestionKind.JUDGEMENT):
            self.add_error("told_by", "Only an answer of yes or no can be held against a chronology. Choose “Nothing”")
        return values

    def question(self) -> SetQuestion:
        lists = {name: tuple(self.cleaned_data[name]) for name in ("for_kinds", "shown_if_answers")}
        return SetQuestion(code=self.code, **{**self.cleaned_data, **lists})


QUESTION_FORMS: dict[AskedOf, type[AgencyQuestionForm | PanelQuestionForm]] = {
    AskedOf.AGENCY: AgencyQuestionForm,
    AskedOf.PANEL: PanelQuestionForm,
}
