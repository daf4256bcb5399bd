import datetime as dt
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
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
from maca.kernel.clock import today
from maca.partnership.models import Agency, AgencyKind, Person
from maca.partnership.queries import school_holiday_warning
from maca.returns import rules
from maca.returns.letter.value import USUAL_PERIOD, USUAL_RETENTION, USUAL_SECURITY
from maca.returns.models import (
    AgencyReturn,
    Answer,
    Cause,
    DeclineReason,
    ExtensionRequest,
    Familiarity,
    FamilyCheck,
    Grade,
    Outcome,
    Sensitivity,
    TimeReason,
    UploadKind,
)
from maca.returns.on_paper.reading import read_bytes
from maca.returns.on_paper.value import NotAFormError, ReadForm
from maca.returns.queries import Ladder
from maca.returns.redraw import LARGEST_FILE, MOST_PAGES, SENTENCES, CannotKeepError, Drawing, redraw

LARGEST_TEXT = 4 * 1024 * 1024


class CirculationForm(Form):
    """Who is asked about which case, for what purpose and on what legal basis."""

    purpose = LongTextField(label="Purpose", rows=5)
    legal_basis = LongTextField(label="Legal basis", rows=5)
    period = LongTextField(label="The period you ask about", rows=3)
    security = LongTextField(label="How answers are to be sent and are kept safe", rows=4)
    retention = LongTextField(label="How long they are kept", rows=3)
    contact = LongTextField(
        label="Whom an agency asks about this request",
        help_text="Name, post, and how they are reached.",
        rows=3,
    )
    # What stands on every request.
    STATED = ("purpose", "legal_basis", "period", "security", "retention", "contact")

    def __init__(
        self,
        *args: Any,
        audit: Audit,
        contact: Person,
        cases: Sequence[Case],
        agencies: Sequence[Agency],
        checks: Sequence[FamilyCheck] = (),
        **kwargs: Any,
    ) -> None:
        kwargs["initial"] = {
            "purpose": audit.purpose,
            "legal_basis": audit.legal_basis,
            "period": USUAL_PERIOD,
            "security": USUAL_SECURITY,
            "retention": USUAL_RETENTION,
            "contact": f"{contact.name}, {contact.post}, {contact.email}",
        }
        super().__init__(*args, **kwargs)
        self.cases, self.agencies = cases, agencies
        for case in cases:
            self.fields[f"case-{case.number}"] = CheckboxesField(
                label=f"Agencies to ask about {case.label}",
                choices=[(agency.slug, agency.name) for agency in agencies],
                **self._proposed({one.agency.slug: one for one in checks if one.case_id == case.pk}),
            )

    def _proposed(self, checks: Mapping[str, FamilyCheck]) -> dict[str, Any]:
        """Everybody who was asked who knows the family but those that know nobody, with what each has said beside it.

        Who has not answered yet is among them: it must not drop out because it was slow.
        """
        if not checks:
            return {"initial": [one.slug for one in self.agencies]}
        said = {one.slug: checks[one.slug].in_words() if one.slug in checks else "Not asked" for one in self.agencies}
        without = {slug for slug, one in checks.items() if one.saved_at and not one.knows}
        hints = {slug: f"Who knows this family? {words}" for slug, words in said.items()}
        return {"initial": [slug for slug in checks if slug not in without], "hints": hints}

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


class PartForm(SignForm):
    """What is left out of a return, and why; and who gave the authority to sign, for whoever is not the lead."""

    reason = ChoiceField(label="Why is something left out?", choices=DeclineReason.choices)
    left_out = LongTextField(
        label="What is left out, and why?",
        help_text="For example: “We give the dates of attendance. We have not opened the records.” By role, never by "
        "name. The panel will read this.",
        rows=5,
    )
    field_order = ("reason", "left_out", "delegated_by")


ENGAGEMENT = "engagement"


class ShareForm(Form):
    """Which parts of a return go to which colleague."""

    parts = CheckboxesField(label="Which parts?")
    to = SelectField(
        label="Who is to write them?",
        help_text="Everybody of your agency can go on writing in every part.",
    )

    def __init__(
        self, data: Any, *, questions: Sequence[Question], colleagues: Sequence[Person], with_engagement: bool
    ) -> None:
        super().__init__(data)
        self.by_code: dict[str, Question | None] = {str(one.number): one for one in questions}
        choices = [(str(one.number), str(one)) for one in questions]
        if with_engagement:
            self.by_code[ENGAGEMENT] = None
            choices = [(ENGAGEMENT, "Your engagement, historic and current"), *choices]
        self.colleagues = {one.public_id: one for one in colleagues}
        self.fields["parts"].choices = choices  # type: ignore[attr-defined]
        self.fields["to"].choices = [  # type: ignore[attr-defined]
            ("", "Choose one"),
            *((one.public_id, f"{one.name}, {one.post}") for one in colleagues),
            ("nobody", "Nobody: take them back"),
        ]

    @property
    def chosen(self) -> list[Question | None]:
        return [self.by_code[code] for code in self.cleaned_data["parts"]]

    @property
    def colleague(self) -> Person | None:
        return self.colleagues.get(self.cleaned_data["to"])


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


class IntroductionForm(Form):
    words = LongTextField(
        label="Introduction",
        help_text="What the panel should know before it reads. Do not name the child or anybody in the family.",
        rows=8,
        required=False,
    )


class DeclineForm(Form):
    reason = ChoiceField(label="Why does your agency decline?", choices=DeclineReason.choices)
    words = LongTextField(
        label="In your own words",
        help_text="The panel will read this, and the report will say what it means for the findings.",
        rows=5,
    )


class _DayForm(Form):
    """A form with a day on which a return is to be due. A school is warned, and not refused, in its holidays."""

    day = "due_on"

    def __init__(self, data: Mapping[str, Any] | None, *, agency_return: AgencyReturn, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.agency_return = agency_return

    @property
    def notices(self) -> list[str]:
        notices = super().notices
        chosen = self.cleaned_data.get(self.day) if self.is_bound and not self.errors else None
        if chosen and self.agency_return.agency.kind == AgencyKind.SCHOOL:
            warning = school_holiday_warning(self.agency_return.agency.partnership, chosen)
            notices += [warning] if warning else []
        return notices

    def later(self) -> dt.date | None:
        """The day that was chosen, if it is one to which the return may be moved."""
        day: dt.date | None = self.cleaned_data[self.day]
        if day and not (may := rules.may_move_due_day(self.agency_return, day)):
            raise ValidationError(may.sentence)
        return day


class AskMoreForm(Form):
    """The agencies that are asked about a case besides those that were."""

    agencies = CheckboxesField(label="Which agencies are asked too?", called="the agencies that are asked", many=True)
    due_on = DateField(label="Day by which they answer", called="the day by which they answer")

    def __init__(self, data: Mapping[str, Any] | None, *, audit: Audit, agencies: Collection[Agency]) -> None:
        day = audit.returns_due_on
        super().__init__(data, initial={"due_on": day if day and rules.may_be_asked_for(audit, day) else None})
        self.audit = audit
        self._agencies = {one.slug: one for one in agencies}
        self.fields["agencies"].choices = [(one.slug, one.name) for one in agencies]  # type: ignore[attr-defined]

    def clean_due_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["due_on"]
        if not (may := rules.may_be_asked_for(self.audit, day)):
            raise ValidationError(may.sentence)
        return day

    def asked(self) -> list[Agency]:
        return [self._agencies[slug] for slug in self.cleaned_data["agencies"]]


class ExtendForm(_DayForm):
    """More time for an agency. Where it has asked for it, it is granted, on that day or another, or refused."""

    decision = ChoiceField(
        label="Do you give more time?",
        choices=[("grant", "Yes"), ("refuse", "No: the return stays due on the day it is")],
    )
    due_on = DateField(label="New day by which the return is due", required=False)
    refusal = LongTextField(label="If no, why not?", help_text="The agency will read this.", rows=3, required=False)

    def __init__(
        self, data: Mapping[str, Any] | None, *, agency_return: AgencyReturn, request: ExtensionRequest | None
    ) -> None:
        wanted = request.wanted_on if request else agency_return.due_on
        super().__init__(data, agency_return=agency_return, initial={"due_on": wanted})
        if request is None:
            del self.fields["decision"], self.fields["refusal"]
            self.fields["due_on"].required = True

    def clean_due_on(self) -> dt.date | None:
        refused = self.cleaned_data.get("decision") == "refuse"
        return None if refused else self.later()

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if values.get("decision") == "refuse" and not values.get("refusal"):
            self.add_error("refusal", "Say why you give no more time")
        if values.get("decision") == "grant" and not self.errors and not values["due_on"]:
            self.add_error("due_on", "Enter the new day by which the return is due")
        return values

    @property
    def is_refused(self) -> bool:
        return self.cleaned_data.get("decision") == "refuse"


class TimeForm(_DayForm):
    """An agency asks for more time."""

    day = "wanted_on"
    reason = ChoiceField(label="Why does your agency need more time?", choices=TimeReason.choices)
    words = LongTextField(label="In your own words", help_text="Nothing of the family is needed here.", rows=4)
    wanted_on = DateField(label="By which day can you return it?", called="the day")

    def clean_wanted_on(self) -> dt.date | None:
        return self.later()


class FollowUpForm(Form):
    """The next step after a refusal, and what the refusal means. Either may be left alone."""

    approached = TextField(
        label="Who was approached?",
        help_text="By post: “the named GP of the integrated care board”.",
        max_length=200,
        required=False,
    )
    approached_on = DateField(label="On which day?", called="the day", latest=today, required=False)
    outcome = ChoiceField(label="What came of it?", choices=Outcome.choices, required=False)
    words = LongTextField(label="What was said", rows=3, required=False)
    due_on = DateField(
        label="If they will supply: by which day is the return due now?", called="the day", required=False
    )
    effect = LongTextField(
        label="What does the refusal mean for the findings?",
        help_text="What cannot be concluded without this agency’s records. The report says it to the panel.",
        rows=4,
        required=False,
    )

    def __init__(
        self, data: Mapping[str, Any] | None, *, agency_return: AgencyReturn, ladder: Ladder, effect: str = ""
    ) -> None:
        waiting = ladder.waiting
        super().__init__(data, initial={"effect": effect, "words": str(waiting.words) if waiting else ""})
        self.agency_return, self.waiting = agency_return, waiting
        gone = set()
        if ladder.next_rung is None:
            gone = {"approached", "approached_on", "outcome", "words", "due_on"}
        elif waiting:
            gone = {"approached", "approached_on"}
        if not agency_return.case.audit.is_gathering and "outcome" not in gone:
            gone.add("due_on")
            outcomes = [one for one in Outcome.choices if one[0] != Outcome.SUPPLIES]
            self.fields["outcome"].choices = outcomes  # type: ignore[attr-defined]
        for name in gone:
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return values
        outcome = values.get("outcome")
        # What was said before stands in the form, and is no new step.
        said = values.get("words") if not self.waiting or values.get("words") != str(self.waiting.words) else ""
        step = [name for name in ("approached", "approached_on", "due_on") if values.get(name)] or said
        if step and not outcome:
            self.add_error("outcome", "Say what came of it, if only that there is no answer yet")
        elif not outcome and not values["effect"]:
            self.add_error(None, "Record a step, or say what the refusal means for the findings")
        elif outcome and not self.waiting:
            if not values["approached"] and outcome != Outcome.NOT_FOR_THEM:
                self.add_error("approached", "Say who was approached")
            if not values["approached_on"] and outcome != Outcome.NOT_FOR_THEM:
                self.add_error("approached_on", "Enter the day on which they were approached")
        if outcome == Outcome.SUPPLIES:
            if not values["due_on"]:
                self.add_error("due_on", "Enter the day by which the return is due now")
            elif not (may := rules.may_be_due_on(self.agency_return, values["due_on"])):
                self.add_error("due_on", may.sentence)
        return values

    def step(self) -> dict[str, Any]:
        """What is recorded of the step; nothing where only the effect was written."""
        values = {name: self.cleaned_data[name] for name in self.fields if name != "effect"}
        if not values.get("outcome"):
            return {}
        values["outcome"] = Outcome(values["outcome"])
        if not self.waiting and not values["approached_on"]:
            values["approached_on"] = today()
        return values


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
