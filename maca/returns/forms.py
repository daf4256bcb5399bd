import datetime as dt
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import Field

from maca.audits.models import Audit, Choice, Question, QuestionKind
from maca.cases.models import Case
from maca.design.forms import (
    CheckboxesField,
    ChoiceField,
    DateField,
    FileField,
    Form,
    LongTextField,
    SelectField,
    TextField,
    YesField,
)
from maca.kernel.clock import is_working_day, today
from maca.partnership.models import Agency
from maca.returns.models import (
    AgencyReturn,
    Answer,
    Cause,
    DeclineReason,
    Familiarity,
    FamilyCheck,
    Grade,
    Sensitivity,
    UploadKind,
)
from maca.returns.on_paper.reading import read_bytes
from maca.returns.on_paper.value import NotAFormError, ReadForm
from maca.returns.redraw import LARGEST_FILE, MOST_PAGES, SENTENCES, CannotKeepError, Drawing, redraw

LARGEST_TEXT = 4 * 1024 * 1024


class CirculationForm(Form):
    """Who is asked about which case, for what purpose and on what legal basis."""

    purpose = LongTextField(label="Purpose", rows=5)
    legal_basis = LongTextField(label="Legal basis", rows=5)

    def __init__(
        self,
        *args: Any,
        audit: Audit,
        cases: Sequence[Case],
        agencies: Sequence[Agency],
        checks: Sequence[FamilyCheck] = (),
        **kwargs: Any,
    ) -> None:
        kwargs["initial"] = {"purpose": audit.purpose, "legal_basis": audit.legal_basis}
        super().__init__(*args, **kwargs)
        self.cases, self.agencies = cases, agencies
        for case in cases:
            self.fields[f"case-{case.number}"] = CheckboxesField(
                label=f"Agencies to ask about {case.label}",
                choices=[(agency.slug, agency.name) for agency in agencies],
                initial=self._proposed(case, checks),
            )

    def _proposed(self, case: Case, checks: Sequence[FamilyCheck]) -> list[str]:
        """Those that know the family, where they have been asked; otherwise everybody."""
        of_case = [one for one in checks if one.case_id == case.pk]
        return [one.agency.slug for one in of_case if one.knows] if of_case else [one.slug for one in self.agencies]

    def asked(self) -> dict[Case, list[Agency]]:
        return {
            case: [agency for agency in self.agencies if agency.slug in self.cleaned_data[f"case-{case.number}"]]
            for case in self.cases
        }


class WhoKnowsForm(Form):
    """Which agencies are asked whether they know the families."""

    def __init__(self, *args: Any, agencies: Sequence[Agency], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.agencies = agencies
        self.fields["agencies"] = CheckboxesField(
            label="Agencies to ask",
            choices=[(agency.slug, agency.name) for agency in agencies],
            initial=[agency.slug for agency in agencies],
        )

    def chosen(self) -> list[Agency]:
        return [agency for agency in self.agencies if agency.slug in self.cleaned_data["agencies"]]


class FamilyCheckForm(Form):
    """Whom of a family an agency knows."""

    index_child = ChoiceField(label="The index child", choices=Familiarity.choices)
    siblings = ChoiceField(
        label="Brothers and sisters", help_text="If there are none, say “Not known to us”.", choices=Familiarity.choices
    )
    parents = ChoiceField(label="Parents, partner or carers", choices=Familiarity.choices)


class KnownForm(Form):
    known = ChoiceField(
        label="Is this family known to your agency?",
        choices=[("yes", "Yes, we know the family"), ("no", "Not known to us")],
        hints={"no": "This is a complete answer. You will not be asked anything more or chased."},
    )


class RiskForm(Form):
    is_unsafe = ChoiceField(
        label="Is any child unsafe now, or possibly unsafe?",
        choices=[("yes", "Yes, or possibly"), ("no", "No")],
        hints={"yes": "You go on to raise a concern.", "no": "You can answer anew at any time."},
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


def fields_of(kind: QuestionKind) -> dict[str, Field]:
    """What is asked for in answer to a question of this kind, by the name under which it is kept."""

    def words(label: str, hint: str, rows: int = 6) -> LongTextField:
        return LongTextField(label=label, help_text=hint, rows=rows, required=False)

    seen = "What you saw in the record, and when. By role, never by a worker’s name."
    match kind:
        case QuestionKind.JUDGEMENT:
            return {
                "choice": ChoiceField(label="Answer", choices=Choice.choices, required=False),
                "how_known": words("How do you know?", seen),
            }
        case QuestionKind.GRADE:
            return {
                "choice": ChoiceField(label="Grade", choices=Grade.choices, required=False),
                "how_known": words("Why?", f"The reason for the grade, or why you give none. {seen}"),
                "cause": ChoiceField(
                    label="Where does the cause lie?",
                    help_text="Answer where the work falls short. The grade may say more about the system than about "
                    "your agency.",
                    choices=Cause.choices,
                    required=False,
                ),
            }
        case QuestionKind.DATE:
            return {
                "choice": DateField(label="Date", required=False),
                "how_known": words("In words", "Where the date stands, or why there is none."),
            }
        case QuestionKind.EVIDENCE:
            return {
                "how_known": words(
                    "Record and reference",
                    "The system or file, and the page or number: “Child’s health record, entry 12”. Copy nothing out.",
                    rows=3,
                ),
                "choice": DateField(label="Date of the entry", latest=today, required=False),
            }
        case QuestionKind.TEXT:
            return {"how_known": words("Your answer", "By role, never by a worker’s name.", rows=8)}
        case _:
            return {"points": words("Your points", "One point a line.", rows=8)}


class AnswerForm(Form):
    """One question. Part of an answer is saved too: only handing in asks for the whole."""

    def __init__(self, data: Any, answer: Answer, question: Question) -> None:
        super().__init__(data)
        self.fields |= fields_of(QuestionKind(question.kind))
        if data is None:
            self.initial = {name: getattr(answer, name) for name in self.fields}
            if isinstance(self.fields.get("choice"), DateField):
                self.initial["choice"] = dt.date.fromisoformat(str(answer.choice)) if answer.choice else None
        if answer.carried_from:
            self.fields["confirmed"] = YesField(
                label="I have looked at our records, and this is so today",
                help_text="Until you tick this and save, it counts as not answered.",
                required=False,
            )

    def clean_choice(self) -> str:
        chosen = self.cleaned_data["choice"]
        return chosen.isoformat() if isinstance(chosen, dt.date) else chosen or ""


def as_answer(question: Question, *, choice: str, words: str, cause: str) -> AnswerForm:
    """What was written on paper, as if it had been typed into the page of the question."""
    name = "points" if question.kind == QuestionKind.LIST else "how_known"
    data = {name: words, "choice": choice, "cause": cause}
    if question.kind in (QuestionKind.DATE, QuestionKind.EVIDENCE):
        data |= dict(zip(("choice-year", "choice-month", "choice-day"), choice.split("-"), strict=False))
    return AnswerForm(data, Answer(question=question), question)


class PaperForm(Form):
    """A form that was filled in on paper. It is read where it arrives, in memory, and kept nowhere."""

    file = FileField(label="The form that came back", help_text="Word or Excel, up to 10 MB.", accept=".docx,.xlsx")

    def __init__(self, data: Any, files: Any, *, agency_return: AgencyReturn) -> None:
        super().__init__(data, files)
        self.agency_return = agency_return
        self.read: ReadForm | None = None

    def clean_file(self) -> object:
        sent = self.cleaned_data["file"]
        try:
            read = read_bytes(sent.read(), sent.name)
        except NotAFormError as problem:
            raise ValidationError(problem.sentence) from None
        case = self.agency_return.case
        expected = (case.audit.slug, case.number, self.agency_return.agency.slug)
        is_ = read.reference
        if (is_.audit, is_.case, is_.agency) != expected:
            raise ValidationError(
                f"This is the form “{is_.audit}”, Case {is_.case}, “{is_.agency}”. Expected is “{expected[0]}”, "
                f"Case {expected[1]}, “{expected[2]}”. Send each form on the page of its own return."
            )
        # What is taken from it comes back in one form, which is bounded.
        if sum(len(box.words.encode()) for box in read.boxes) > LARGEST_TEXT:
            raise ValidationError("The form holds more than 4 MB of text. Shorten it, or answer on the site.")
        self.read = read
        return sent


class CarryForm(Form):
    """Which earlier answers are carried over. Without any to offer, it asks nothing."""

    def __init__(self, data: Any, questions: Sequence[Question]) -> None:
        super().__init__(data)
        self.questions = questions
        if questions:
            self.fields["questions"] = CheckboxesField(
                label="Which answers do you want to carry over?",
                called="at least one answer to carry over",
                choices=[(str(one.number), str(one)) for one in questions],
            )

    def chosen(self) -> list[Question]:
        return [one for one in self.questions if str(one.number) in self.cleaned_data.get("questions", ())]


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


LONGEST_NAME = 120


def kept_name(name: str) -> str:
    """The name a file came with, for people to read. It names no file of ours, and what it says is not believed.

    No folders, and no characters that are not seen or that turn the direction of writing round.
    """
    seen = "".join(
        one for one in unicodedata.normalize("NFC", name) if unicodedata.category(one)[0] not in "CZ" or one == " "
    )
    last = re.split(r"[/\\]", seen)[-1].strip()
    return last if len(last) <= LONGEST_NAME else f"{last[: LONGEST_NAME - 9]}…{last[-8:]}"


class UploadForm(Form):
    """A photograph or document, with what somebody who cannot see it needs to know. It cleans to its pages."""

    file = FileField(
        label="Photograph or document",
        help_text=(
            f"JPEG, PNG, WebP or PDF, up to {LARGEST_FILE // 1024**2} MB and {MOST_PAGES} pages. Its pages are drawn "
            "anew and the file itself is not kept, so keep it in your own records."
        ),
        accept="image/jpeg,image/png,image/webp,application/pdf",
    )
    kind = ChoiceField(label="What is it?", choices=UploadKind.choices)
    description = LongTextField(
        label="What does it show?",
        help_text="In words, for colleagues who cannot see it. By role, never by name.",
        rows=3,
    )
    source = TextField(label="Where does it come from?", help_text="The system or file, or who took it, by role.")
    dated_on = DateField(label="When was it made?", called="the date it was made", latest=today)
    sensitivity = ChoiceField(label="How sensitive is it?", choices=Sensitivity.choices)
    question = SelectField(label="Which question does it bear on?", required=False)

    def __init__(
        self, data: Mapping[str, Any] | None, files: Any, *, questions: Sequence[Question], **kwargs: Any
    ) -> None:
        super().__init__(data, files, **kwargs)
        self.fields["question"].choices = [("", "The return as a whole")] + [  # type: ignore[attr-defined]
            (str(question.number), str(question)) for question in questions
        ]

    def clean_file(self) -> Drawing:
        """Draw the file anew, which is what decides whether it is taken."""
        file = self.cleaned_data["file"]
        try:
            if file.size > LARGEST_FILE:
                raise CannotKeepError("too-large")
            return redraw(file.read())
        except CannotKeepError as problem:
            raise ValidationError(SENTENCES[problem.code], code=problem.code) from problem

    @property
    def file_name(self) -> str:
        return kept_name(str(self.files["file"].name))  # type: ignore[union-attr]
