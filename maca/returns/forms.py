import datetime as dt
from collections.abc import Sequence
from typing import Any

from maca.audits.models import Audit, Question, QuestionKind
from maca.cases.models import Case
from maca.design.forms import (
    CheckboxesField,
    ChoiceField,
    DateField,
    Form,
    LongTextField,
    SelectField,
    TextField,
)
from maca.kernel.clock import is_working_day, today
from maca.partnership.models import Agency
from maca.returns.models import Answer, Choice, DeclineReason


class CirculationForm(Form):
    """Who is asked about which case, for what purpose and on what legal basis."""

    purpose = LongTextField(label="Purpose", rows=5)
    legal_basis = LongTextField(label="Legal basis", rows=5)

    def __init__(
        self, *args: Any, audit: Audit, cases: Sequence[Case], agencies: Sequence[Agency], **kwargs: Any
    ) -> None:
        kwargs["initial"] = {"purpose": audit.purpose, "legal_basis": audit.legal_basis}
        super().__init__(*args, **kwargs)
        self.cases, self.agencies = cases, agencies
        for case in cases:
            self.fields[f"case-{case.number}"] = CheckboxesField(
                label=f"Agencies to ask about {case.label}",
                choices=[(agency.slug, agency.name) for agency in agencies],
                initial=[agency.slug for agency in agencies],
            )

    def asked(self) -> dict[Case, list[Agency]]:
        return {
            case: [agency for agency in self.agencies if agency.slug in self.cleaned_data[f"case-{case.number}"]]
            for case in self.cases
        }


class KnownForm(Form):
    known = ChoiceField(
        label="Is this family known to your agency?",
        choices=[("yes", "Yes, we know the family"), ("no", "Not known to us")],
        hints={"no": "This is a complete answer. You will not be asked anything more or chased."},
    )


class RiskForm(Form):
    is_unsafe = ChoiceField(
        label="Is any child unsafe now, or possibly unsafe?",
        help_text="Any child you came across in the record: the index child, a brother or sister, or another.",
        choices=[("yes", "Yes, or possibly"), ("no", "No")],
        hints={
            "yes": "You go straight on to raise a concern. It waits for nothing, least of all for the panel.",
            "no": "Your name and the time stand beside it. You can answer anew whenever you learn more.",
        },
    )


class SignForm(Form):
    """Who gave the authority to sign, for whoever is not the lead."""

    delegated_by = TextField(
        label="Who gave you authority to sign?",
        help_text="Name and post, for example your agency’s lead.",
        max_length=200,
    )

    def __init__(self, *args: Any, in_own_right: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if in_own_right:
            del self.fields["delegated_by"]


class SendBackForm(Form):
    """A comment on each question that goes back."""

    def __init__(self, *args: Any, questions: Sequence[Question], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = questions
        for question in questions:
            self.fields[f"comment-{question.number}"] = LongTextField(
                label=f"Comment on question {question.number}", rows=3, required=False
            )

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if not self.errors and not self.comments():
            self.add_error(None, "Write a comment on at least one question that you send back")
        return cleaned

    def comments(self) -> dict[Question, str]:
        said = {question: self.cleaned_data[f"comment-{question.number}"] for question in self.questions}
        return {question: words for question, words in said.items() if words}


class EngagementForm(Form):
    before = LongTextField(
        label="Historic engagement",
        help_text="What your agency knew and did before the present episode.",
        rows=8,
        required=False,
    )
    now = LongTextField(
        label="Current engagement", help_text="What your agency is doing, with whom and how often.", rows=8,
        required=False,
    )  # fmt: skip


class AnswerForm(Form):
    """One question. Part of an answer is saved too: only handing in asks for the whole."""

    choice = ChoiceField(label="Answer", choices=Choice.choices, required=False)
    how_known = LongTextField(
        label="How do you know?",
        help_text="What you saw in the record, and when. By role, never by a worker’s name.",
        rows=6,
        required=False,
    )
    points = LongTextField(label="Your points", help_text="One point a line.", rows=8, required=False)

    def __init__(self, data: Any, answer: Answer, question: Question) -> None:
        super().__init__(
            data,
            initial={"choice": answer.choice, "how_known": answer.how_known, "points": answer.points}
            if data is None
            else {},
        )
        unused = ("points",) if question.kind == QuestionKind.JUDGEMENT else ("choice", "how_known")
        for name in unused:
            del self.fields[name]


class EvidenceForm(Form):
    record = TextField(
        label="Record",
        help_text="The system or file: “Child’s health record”. A reference, never an extract.",
    )
    reference = TextField(label="Reference or page", required=False)
    dated_on = DateField(label="Date of the entry", required=False)
    question = SelectField(label="Which question does it bear on?", required=False)

    def __init__(self, *args: Any, questions: Sequence[Question], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["question"].choices = [("", "The return as a whole")] + [  # type: ignore[attr-defined]
            (str(question.number), str(question)) for question in questions
        ]

    def clean_dated_on(self) -> object:
        day = self.cleaned_data["dated_on"]
        if day and day > today():
            self.add_error("dated_on", "The date of the entry must be today or in the past")
        return day


class DeclineForm(Form):
    reason = ChoiceField(label="Why does your agency decline?", choices=DeclineReason.choices)
    words = LongTextField(
        label="In your own words",
        help_text="The panel will read this, and the report will say what it means for the findings.",
        rows=5,
    )


class ExtendForm(Form):
    def __init__(self, *args: Any, now: dt.date, panel_on: dt.date | None, **kwargs: Any) -> None:
        kwargs["initial"] = {"due_on": now}
        super().__init__(*args, **kwargs)
        self.now, self.panel_on = now, panel_on

    due_on = DateField(label="New day by which the return is due")

    def clean_due_on(self) -> object:
        day = self.cleaned_data["due_on"]
        if day and day <= max(today(), self.now):
            self.add_error("due_on", f"Choose a day in the future, after {self.now:%-d %B %Y}")
        elif day and not is_working_day(day):
            self.add_error("due_on", "The new day must be a working day in England")
        elif day and self.panel_on and day >= self.panel_on:
            self.add_error("due_on", f"The panel meets on {self.panel_on:%-d %B %Y}, so choose a day before it")
        return day
