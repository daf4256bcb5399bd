import datetime as dt
import hashlib
import re
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django import forms
from django.utils.text import Truncator

from maca.audits.models import Heading, Question
from maca.cases.models import Case
from maca.chronology.dates import read_day
from maca.design.forms import (
    LONGEST_TEXT,
    CheckboxesField,
    ChoiceField,
    Form,
    LongTextField,
    NumberField,
    SelectField,
    TextField,
    TimeField,
    YesField,
)
from maca.panel.codebook import CodeBook
from maca.panel.grades import CALLED
from maca.panel.models import Came, Cause
from maca.partnership.models import Agency, Person
from maca.returns.models import Evidence, Grade, Upload
from maca.returns.queries import EvidenceGiven


class IntroductionForm(Form):
    introduced_by = ChoiceField(label="Who introduced the case?")
    partners = CheckboxesField(label="Which partners then gave their account?", required=False)

    def __init__(self, *args: Any, presenters: Sequence[Person], agencies: Sequence[Agency], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.presenters, self.agencies = presenters, agencies
        self.fields["introduced_by"].choices = [  # type: ignore[attr-defined]
            (one.public_id, f"{one.name}, {one.post}") for one in presenters
        ]
        self.fields["partners"].choices = [(one.slug, one.name) for one in agencies]  # type: ignore[attr-defined]

    def introducer(self) -> Person:
        return next(one for one in self.presenters if one.public_id == self.cleaned_data["introduced_by"])

    def spoke(self) -> list[Agency]:
        return [one for one in self.agencies if one.slug in self.cleaned_data["partners"]]


class AgendaForm(Form):
    """When and where the panel meets, and for each case its place on the agenda and its minutes."""

    begins_at = TimeField(label="When does the panel begin?", called="when the panel begins")
    place = TextField(
        label="Where?", help_text="A room, or how to join from elsewhere.", max_length=200, required=False
    )
    quorum = NumberField(
        label="How many agencies have to be there for each case?",
        help_text="Leave empty if your partnership has no quorum.",
        min_value=1,
        max_value=50,
        required=False,
    )
    needed = CheckboxesField(
        label="Which agencies have to be there for each case?",
        help_text="For example the council, the police and health. Where one was not there, the page of the case says "
        "so. The chair decides what it means.",
        required=False,
    )

    def __init__(self, *args: Any, cases: Sequence[Case], agencies: Sequence[Agency], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cases, self.register = cases, agencies
        self.fields["needed"].choices = [(one.slug, one.name) for one in agencies]  # type: ignore[attr-defined]
        for one in cases:
            self.fields[f"place-{one.number}"] = NumberField(
                label=f"{one.label}: heard as number", min_value=1, max_value=200
            )
            self.fields[f"minutes-{one.number}"] = NumberField(
                label=f"{one.label}: minutes", min_value=5, max_value=480
            )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return given
        places: dict[int, Case] = {}
        for one in self.cases:
            other = places.setdefault(given[f"place-{one.number}"], one)
            if other is not one:
                self.add_error(f"place-{one.number}", f"{other.label} has this number already")
        minutes = sum(given[f"minutes-{one.number}"] for one in self.cases)
        begins = given["begins_at"].hour * 60 + given["begins_at"].minute
        if begins + minutes > 24 * 60:
            self.add_error("begins_at", "With these minutes the panel goes on past midnight. Begin earlier, or shorten")
        return given

    def has_to_be_there(self) -> list[Agency]:
        return [one for one in self.register if one.slug in self.cleaned_data["needed"]]

    def slots(self) -> dict[Case, tuple[int, int]]:
        given = self.cleaned_data
        return {one: (given[f"place-{one.number}"], given[f"minutes-{one.number}"]) for one in self.cases}


LONGEST_LINE_OF_NOTES = 4_000
FEWEST_LETTERS = 3  # of words that suggest a theme


class LineForm(Form):
    """One line of what is said at a panel. `sent` is the number under which the page sends it."""

    words = LongTextField(label="What is said", called="the line", rows=2, count_to=LONGEST_LINE_OF_NOTES)
    agency = SelectField(label="Who says it?", required=False)
    in_own_record = YesField(label="It stands in their own record", required=False)
    sent = forms.RegexField(r"^[0-9a-f]{32}$", widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, agencies: Sequence[Agency], is_action: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_action:
            self.fields["words"].label, self.fields["agency"].label = "What is to be done", "Who is to do it?"
            del self.fields["in_own_record"]
        self.register = agencies
        self.fields["agency"].choices = [("", "Nobody in particular"), *((one.slug, one.name) for one in agencies)]  # type: ignore[attr-defined]

    def said(self) -> dict[str, Any]:
        """What the operations take."""
        given = self.cleaned_data
        agency = next((one for one in self.register if one.slug == given["agency"]), None)
        return {"words": given["words"], "agency": agency, "in_own_record": given.get("in_own_record", False)}


class DissentForm(Form):
    """Why an agency does not agree with a finding. Without `agencies` to choose from, it stays as it was recorded."""

    agency = SelectField(label="Which agency does not agree?", called="the agency")
    words = LongTextField(
        label="Why not, in its own words?", called="why it does not agree", rows=4, count_to=LONGEST_LINE_OF_NOTES
    )

    def __init__(self, *args: Any, agencies: Sequence[Agency] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.register = agencies
        if agencies:
            self.fields["agency"].choices = [("", "Choose one"), *((one.slug, one.name) for one in agencies)]  # type: ignore[attr-defined]
        else:
            del self.fields["agency"]

    def whose(self) -> Agency:
        return next(one for one in self.register if one.slug == self.cleaned_data["agency"])


class AcceptedForm(Form):
    words = LongTextField(
        label="What does the panel accept, and why?",
        help_text="Leave empty to take it out.",
        rows=5,
        count_to=LONGEST_LINE_OF_NOTES,
        required=False,
    )


class RestrictedNoteForm(Form):
    """A note to the lead of one agency. `agencies` are those with a lead who would read it."""

    agency = ChoiceField(label="Whose lead is it for?", called="the agency")
    words = LongTextField(
        label="What does the lead have to know?",
        called="the note",
        help_text="About how somebody worked, by their post where that is enough.",
        rows=8,
    )

    def __init__(self, *args: Any, agencies: Sequence[Agency], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.register = agencies
        self.fields["agency"].choices = [(one.slug, one.name) for one in agencies]  # type: ignore[attr-defined]

    def whose(self) -> Agency:
        return next(one for one in self.register if one.slug == self.cleaned_data["agency"])


class DealtWithForm(Form):
    outcome = LongTextField(
        label="What was done about it?",
        called="what was done about it",
        help_text="Only the leads of your agency can read this.",
        rows=5,
    )


class AttendanceForm(Form):
    """Whether each agency that was asked was there, and who came for it."""

    def __init__(self, *args: Any, agencies: Sequence[Agency], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = agencies
        for one in agencies:
            self.fields[f"came-{one.slug}"] = SelectField(
                label=one.name, called=f"whether {one.name} was there", choices=[("", "Choose"), *Came.choices]
            )
            self.fields[f"posts-{one.slug}"] = TextField(
                label=f"Who came for {one.name}", help_text="By their post, never by name.", max_length=200,
                required=False,
            )  # fmt: skip

    def came(self) -> dict[Agency, tuple[Came, str]]:
        given = self.cleaned_data
        return {one: (Came(given[f"came-{one.slug}"]), given[f"posts-{one.slug}"]) for one in self.asked}


class ClosingForm(Form):
    """What is said when a case has been heard: where nothing was found, and the child's own voice."""

    voice = LongTextField(
        label="What do we know of the child’s own voice?",
        called="what is known of the child’s voice",
        help_text="What the child said, showed or lived through, as the panel heard it. By no name.",
        rows=4,
        required=False,
    )
    voice_is_missing = YesField(label="Nothing is known of it. That goes on the record.", required=False)

    def __init__(self, *args: Any, empty: Sequence[Heading], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.empty = empty
        for one in empty:
            self.fields[f"nothing-{one}"] = YesField(
                label=f"The panel found nothing under “{one.label}”", required=False
            )
        self.order_fields([*(f"nothing-{one}" for one in empty), "voice", "voice_is_missing"])

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        for one in self.empty:
            if not given.get(f"nothing-{one}"):
                self.add_error(f"nothing-{one}", "Tick this, or go back and record a finding there")
        if not given.get("voice") and not given.get("voice_is_missing"):
            self.add_error("voice", "Say what is known of the child’s voice, or tick that nothing is")
        if given.get("voice") and given.get("voice_is_missing"):
            self.add_error("voice_is_missing", "You have said what is known of it. Take out the tick, or the words")
        return given


class TagsForm(Form):
    """What a finding is about, and why it happened."""

    agencies = CheckboxesField(label="Which agencies is it about?", required=False)
    themes = CheckboxesField(
        label="Which themes is it about?",
        help_text="Themes that the words suggest come first. You decide.",
        many=True,
        required=False,
    )
    causes = CheckboxesField(
        label="Why did it happen?",
        help_text="As the panel sees it.",
        choices=Cause.choices,
        many=True,
        required=False,
    )

    def offer(self, agencies: Sequence[Agency], book: CodeBook, wording: str) -> None:
        """Say what there is to choose from. Themes that the wording suggests come first."""
        self.register = agencies
        self.fields["agencies"].choices = [(one.slug, one.name) for one in agencies]  # type: ignore[attr-defined]
        # What a finding has been tagged with stays to be seen when it is out of use.
        tagged = self.initial.get("themes", [])
        kept = [one for one in book.themes.values() if one.used or one.code in tagged]
        first = {one.code for one in book.suggested(wording)} | set(tagged)
        kept.sort(key=lambda one: one.code not in first)
        self.fields["themes"].choices = [(one.code, one.called) for one in kept]  # type: ignore[attr-defined]

    def about(self) -> list[Agency]:
        return [one for one in self.register if one.slug in self.cleaned_data["agencies"]]

    def tags(self) -> dict[str, Any]:
        """What the operations take."""
        causes = [Cause(one) for one in self.cleaned_data["causes"]]
        return {"agencies": self.about(), "themes": self.cleaned_data["themes"], "causes": causes}


class CorrectionForm(TagsForm):
    """The same, put right after the panel."""

    def __init__(self, *args: Any, agencies: Sequence[Agency], book: CodeBook, wording: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(agencies, book, wording)


WORDS_OF_A_PASSAGE = 40  # of a passage, by which it is known again
PASSAGE_GONE = "Words that you ticked no longer stand there. Look at what is ticked now, and save it again"


def _called(one: EvidenceGiven) -> str:
    return f"{one.agency}: {one.called}{f' (question {one.question})' if one.question else ''}"


def _in_short(passage: str) -> str:
    return f"“{Truncator(passage).words(WORDS_OF_A_PASSAGE)}”"


def marks_of(passages: Iterable[str]) -> list[str]:
    """What a form sends for each of these passages: 32 hex digits that follow from its words, since their order is
    another once somebody has saved or set meanwhile what is compared."""
    return [hashlib.sha256(one.encode()).hexdigest()[:32] for one in passages]


class FindingForm(TagsForm):
    field_order = ["text"]

    text = LongTextField(
        label="Finding",
        called="the finding",
        help_text="One point, by role and never by a person’s name.",
        rows=3,
        for_everybody=True,
    )
    answers = TextField(
        label="Which questions of the returns does it rest on?",
        help_text="Their numbers, as they stand in the summative report, with a comma between. For example 3, 14.",
        max_length=400,
        required=False,
    )
    days = TextField(
        label="Which days of the chronology does it rest on?",
        help_text="With a comma between. Every entry of those days is cited. For example 14/03/2026, 2 April 2026.",
        max_length=LONGEST_TEXT,  # it is filled in with every day that is cited: those of eighteen years fit
        required=False,
    )
    evidence = CheckboxesField(
        label="Which evidence does it rest on?",
        help_text="As the summative report names it.",
        many=True,
        required=False,
    )
    passages = CheckboxesField(
        label="Which words that stand in both assessments does it rest on?",
        required=False,
        error_messages={"invalid_choice": PASSAGE_GONE},
    )
    also = CheckboxesField(
        label="Does it stand under another heading too?",
        help_text="It is one finding there and here, and counts once.",
        required=False,
    )
    proposed = LongTextField(
        label="Does anything have to be done about it?",
        called="the action",
        help_text="If so, what. It is written down as a proposed action, with this finding. By role, never by name.",
        rows=2,
        count_to=LONGEST_LINE_OF_NOTES,
        required=False,
    )

    def __init__(
        self,
        *args: Any,
        agencies: Sequence[Agency],
        book: CodeBook,
        asked: Iterable[Question],
        days: Collection[dt.date] | None = None,
        evidence: Iterable[EvidenceGiven] = (),
        passages: Sequence[str] = (),
        also: Iterable[Heading] = (),
        takes_action: bool = False,
        **kwargs: Any,
    ) -> None:
        """`days` are those of which the chronology has entries; None where there is no case, and so no chronology.
        `evidence`, `passages` and `also`, other headings, are what there is to choose from of each."""
        super().__init__(*args, **kwargs)
        self.asked = {one.number: one for one in asked}
        self.has_entries = days or ()
        self.given = {one.row.public_id: one for one in evidence}
        self.shared = dict(zip(marks_of(passages), passages, strict=True))
        if days is None:
            del self.fields["days"]
        self._offer_or_leave_out("evidence", [(key, _called(one)) for key, one in self.given.items()])
        self._offer_or_leave_out("also", [(str(one), str(one.label)) for one in also])
        self._offer_or_leave_out("passages", [(mark, _in_short(one)) for mark, one in self.shared.items()])
        if not takes_action:
            del self.fields["proposed"]
        self.offer(agencies, book, str(self["text"].value() or ""))

    def _offer_or_leave_out(self, name: str, choices: list[tuple[str, str]]) -> None:
        if choices:
            self.fields[name].choices = choices  # type: ignore[attr-defined]
        else:
            del self.fields[name]

    def clean_answers(self) -> list[Question]:
        said = self.cleaned_data["answers"].replace(",", " ").split()
        if not all(one.isascii() and one.isdigit() and len(one) < 5 for one in said):
            raise forms.ValidationError("Write the numbers of the questions with a comma between, for example 3, 14")
        numbers = list(dict.fromkeys(map(int, said)))
        if unknown := [number for number in numbers if number not in self.asked]:
            those = f" The agencies were asked {min(self.asked)} to {max(self.asked)}" if self.asked else ""
            raise forms.ValidationError(f"No question has the number {unknown[0]}.{those}")
        return [self.asked[number] for number in numbers]

    def clean_days(self) -> list[dt.date]:
        found: dict[dt.date, None] = {}
        for said in filter(None, (one.strip() for one in re.split(r"[,;]", self.cleaned_data["days"]))):
            day = read_day(said)
            if isinstance(day, str):
                raise forms.ValidationError(f"“{said}” cannot be read: {day.rstrip('.')}")
            if day.date not in self.has_entries:
                raise forms.ValidationError(f"The chronology has no entry of {day.date:%-d %B %Y}")
            found[day.date] = None
        return list(found)

    def clean_evidence(self) -> list[Evidence | Upload]:
        return [self.given[one].row for one in self.cleaned_data["evidence"]]

    def clean_also(self) -> list[Heading]:
        return [Heading(one) for one in self.cleaned_data["also"]]

    def clean_passages(self) -> list[str]:
        return [self.shared[one] for one in self.cleaned_data["passages"]]

    def clean(self) -> None:
        if "passages" not in self.fields and self.data.get("passages"):
            self.add_error(None, PASSAGE_GONE)

    def said(self) -> dict[str, Any]:
        """What the operations take."""
        given = self.cleaned_data
        said = {"text": given["text"], **self.tags(), "answers": given["answers"]}
        said |= {name: given[name] for name in ("days", "evidence", "passages", "also") if name in self.fields}
        return said | ({"action": given["proposed"]} if "proposed" in self.fields else {})


class ThemeForm(Form):
    """What a theme of the code-book is called, and the words that suggest it."""

    called = TextField(label="What is it called?", called="what it is called", max_length=80)
    words = TextField(
        label="Which words suggest it?",
        help_text="With a comma between, for example “bed bugs, infestation*”. * ends a word in any way.",
        max_length=1_000,
        required=False,
    )
    used = YesField(label="It can be chosen for findings", required=False)

    def __init__(self, *args: Any, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_new:
            del self.fields["used"]

    def clean_words(self) -> list[str]:
        said = [" ".join(one.split()) for one in self.cleaned_data["words"].casefold().split(",")]
        phrases = list(dict.fromkeys(one for one in said if one))
        for one in phrases:
            if sum(letter.isalnum() for letter in one) < FEWEST_LETTERS:
                raise forms.ValidationError(
                    f"“{one}” is too short: words of fewer than {FEWEST_LETTERS} letters stand in too many findings"
                )
            if any("*" in word[:-1] for word in one.split()):
                raise forms.ValidationError(f"In “{one}”, put * at the end of a word only")
        return phrases


class NamedThemeForm(Form):
    """Themes of an audit that the chair puts together, and the one name for them."""

    codes = CheckboxesField(label="Which themes are one?", called="the themes")
    called = TextField(
        label="What do you call it?",
        called="what you call it",
        help_text="In the panel’s words, for example “Nobody measured the neglect”.",
        max_length=120,
    )

    def __init__(self, *args: Any, themes: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["codes"].choices = themes  # type: ignore[attr-defined]


TAKE_BACK = "take_back"


class GradeForm(Form):
    """What the panel gives beside an agency's own grade. Once it has given something, that can be taken back."""

    grade = ChoiceField(
        label="What does the panel give?",
        called="what the panel gives",
        choices=[(str(one), CALLED[one]) for one in CALLED],
    )
    reason = LongTextField(
        label="Why?",
        help_text="The reason for the grade, or why the panel gives none. By role, never by a person’s name.",
        rows=4,
        required=False,
    )
    follows = LongTextField(
        label="What follows from it?",
        help_text="An inadequate needs a decision: what will be done, by which agency, and by when.",
        rows=3,
        required=False,
    )

    def __init__(self, *args: Any, is_given: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_given:
            self.fields["grade"].choices += [(TAKE_BACK, "Nothing: take back what it gave")]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if given.get("grade") == TAKE_BACK:
            return given
        if not given.get("reason") and "reason" not in self.errors:
            self.add_error("reason", "Say why the panel gives it")
        if given.get("grade") == Grade.INADEQUATE and not given.get("follows") and "follows" not in self.errors:
            self.add_error("follows", "An inadequate needs a decision. Say what follows from it")
        return given
