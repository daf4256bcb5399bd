import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from maca.actions.models import Action, Impact
from maca.actions.proposed import repeated
from maca.cases.models import Case
from maca.design.forms import CheckboxesField, ChoiceField, DateField, Form, LongTextField, SelectField, YesField
from maca.kernel.clock import is_working_day, today
from maca.partnership.models import Agency, Person

OPEN_WORDS = "By role and never by name, and nothing that tells of one case: it is not sealed."


def _day_to_come(form: Form, day: dt.date) -> dt.date:
    if day <= today():
        form.add_error("due_on", "The day must be after today")
    elif not is_working_day(day):
        form.add_error("due_on", "The day must be a working day")
    return day


class ActionForm(Form):
    """What an action is not made without."""

    change = LongTextField(
        label="What will change?",
        called="what will change",
        help_text=f"What somebody could see that it is so. {OPEN_WORDS}",
        rows=3,
        for_everybody=True,
        error_messages={"required": "Say what will change"},
    )
    accountable = SelectField(
        label="Who is accountable?",
        called="who is accountable",
        help_text="One person, who can sign in. It stands on their work list.",
        error_messages={"required": "Choose one person who is accountable"},
    )
    agency = SelectField(
        label="Which agency is to do it?",
        called="the agency",
        help_text="That of whoever is accountable, if they are of one.",
        error_messages={"required": "Choose the agency that is to do it"},
    )
    due_on = DateField(
        label="By when?",
        called="the day",
        help_text="A working day that is still to come.",
        error_messages={"required": "Give the day by which it is to be done"},
    )
    success = LongTextField(
        label="What does success look like?",
        called="what success looks like",
        help_text="For a child, or for those who work with one.",
        rows=3,
        for_everybody=True,
        error_messages={"required": "Say what success looks like"},
    )
    measure = LongTextField(
        label="How will its impact be measured?",
        called="how its impact will be measured",
        help_text="Something that can be counted or looked at again in other cases, such as a question of the audit.",
        rows=2,
        for_everybody=True,
        error_messages={"required": "Say how its impact will be measured"},
    )
    baseline = LongTextField(
        label="What is that measure today?",
        called="the baseline",
        help_text="The baseline. For example: the toolkit was used in 2 of 5 cases.",
        rows=2,
        for_everybody=True,
        error_messages={"required": "Give the baseline: what the measure is today"},
    )

    as_proposed = YesField(
        label="Keep the panel’s words: they tell of no child, no family and no worker",
        help_text="They lie sealed in the notes. In an action everybody who sees it reads them.",
        required=False,
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        people: Sequence[Person],
        agencies: Sequence[Agency],
        proposed: Sequence[str] = (),
        not_shown_yet: Callable[[str], Sequence[Action]] | None = None,
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        """`not_shown_yet` answers with the open actions that say much the same as what was typed, and that whoever
        types has not been shown. Without it, the day is left out: that is moved by itself. `proposed` is what the
        panel's sealed notes propose: where the words repeat it, they are asked about."""
        super().__init__(data, initial=dict(initial or {}))
        self.people = {one.public_id: one for one in people}
        self.register = {one.slug: one for one in agencies}
        self.not_shown_yet = not_shown_yet
        self.proposed = proposed
        if not_shown_yet is None:
            del self.fields["due_on"]
        if not self.repeats:
            del self.fields["as_proposed"]
        _choices(self, "accountable", [(one.public_id, _with_agency(one)) for one in people])
        _choices(self, "agency", [(one.slug, one.name) for one in agencies])

    def clean_due_on(self) -> dt.date:
        return _day_to_come(self, self.cleaned_data["due_on"])

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if len(set(_every(self.data, "accountable"))) > 1:
            self.add_error("accountable", "Choose one person who is accountable, and no more")
        person, agency = self.people.get(given.get("accountable", "")), self.register.get(given.get("agency", ""))
        if person and agency and person.agency_id not in (None, agency.pk):
            self.add_error("agency", f"{person.name} is not of {agency}. Choose their own agency, or somebody else")
        if "as_proposed" in self.fields and not given.get("as_proposed"):
            self.add_error(
                "change",
                "This repeats the panel’s notes, which are sealed. Say it in other words, or below that it may stand",
            )
        if not self.errors and self.not_shown_yet and self.not_shown_yet(given["change"]):
            self.add_error(
                "change",
                "Others are doing much the same. Join one above, or make this one all the same",
            )
        return given

    @property
    def repeats(self) -> bool:
        """Whether what was typed repeats what the panel's notes propose."""
        texts = [str(self.data.get(name, "")) for name in ("change", "success", "measure", "baseline")]
        return bool(repeated(self.proposed, texts))

    def said(self) -> dict[str, Any]:
        """What the operations take."""
        given = self.cleaned_data
        return {
            **given, "accountable": self.people[given["accountable"]], "agency": self.register[given["agency"]],
        }  # fmt: skip


def _every(data: Any, name: str) -> list[str]:
    return list(data.getlist(name)) if hasattr(data, "getlist") else []


def _choices(form: Form, name: str, choices: list[tuple[str, str]]) -> None:
    form.fields[name].choices = [("", "Choose one"), *choices]  # type: ignore[attr-defined]


def _with_agency(person: Person) -> str:
    return f"{person.name}, {person.post}" + (f" ({person.agency})" if person.agency else "")


class DayForm(Form):
    due_on = DateField(label="By when is it to be done?", called="the day")
    reason = LongTextField(
        label="Why is the day moved?",
        called="why the day is moved",
        help_text=f"The earlier day is kept, with this. {OPEN_WORDS}",
        rows=3,
    )

    def __init__(self, data: Mapping[str, Any] | None, now: Action) -> None:
        super().__init__(data, initial={"due_on": now.due_on})
        self.now = now.due_on

    def clean_due_on(self) -> dt.date:
        day = self.cleaned_data["due_on"]
        if day == self.now:
            self.add_error("due_on", "This is the day by which it is to be done already. Choose another")
            return self.now
        return _day_to_come(self, day)


class StopForm(Form):
    reason = LongTextField(
        label="Why is it stopped?", called="why it is stopped", help_text=f"It is kept. {OPEN_WORDS}", rows=3
    )


class ProgressForm(Form):
    words = LongTextField(
        label="How far is it?",
        called="how far it is",
        help_text=f"If more time is needed, say so: the business manager or the chair moves the day. {OPEN_WORDS}",
        rows=4,
    )


class DoneForm(Form):
    done = LongTextField(label="What was done?", called="what was done", help_text=OPEN_WORDS, rows=4)
    proof = LongTextField(
        label="Where is the proof?",
        called="where the proof is",
        help_text="Where somebody of another agency can look at it: a document and its date, a meeting, a page.",
        rows=3,
        error_messages={"required": "Say where the proof is"},
    )


class VerifyForm(Form):
    verified = ChoiceField(
        label="Have you looked at the proof, and was it done?",
        called="whether it was done",
        choices=[("yes", "Yes, it was done"), ("no", "No, it goes back")],
    )
    words = LongTextField(
        label="What did you look at, or why does it go back?",
        called="what you looked at, or why it goes back",
        help_text=OPEN_WORDS,
        rows=3,
    )


class ImpactForm(Form):
    """The measure before and after on named cases, or why it was not measured."""

    impact = ChoiceField(
        label="Did it work?",
        called="whether it worked",
        choices=[
            (Impact.SHOWN, "Impact shown: practice or children’s lives have changed as it was meant"),
            (Impact.NOT_SHOWN, "Impact not shown: it was done, and it did not work"),
            (Impact.NOT_MEASURED, "Not measured"),
        ],
    )
    before = LongTextField(
        label="The measure before", called="the measure before", help_text="In words or figures.", rows=2,
        required=False,
    )  # fmt: skip
    after = LongTextField(
        label="The measure after", called="the measure after", help_text=f"In words or figures. {OPEN_WORDS}", rows=2,
        required=False,
    )  # fmt: skip
    seen_in = CheckboxesField(
        label="In which cases was it seen?",
        called="the cases",
        help_text="Cases of this audit, or of a later one on the theme.",
        many=True,
        required=False,
    )
    reason = LongTextField(
        label="What is to be said of it, or why was it not measured?",
        called="why it was not measured",
        help_text="Needed only if it was not measured.",
        rows=2,
        required=False,
    )
    seen_on = DateField(label="On which day was it looked at?", called="the day", latest=today)

    def __init__(self, data: Mapping[str, Any] | None, now: Action, *, cases: Sequence[Case]) -> None:
        super().__init__(data, initial={"before": now.baseline})
        self.cases = {one.public_id: one for one in cases}
        listed = [(one.public_id, f"{one.audit}, {one.label}") for one in cases]
        self.fields["seen_in"].choices = listed  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        match given.get("impact"):
            case Impact.NOT_MEASURED:
                if not given.get("reason"):
                    self.add_error("reason", "Say why it was not measured")
            case Impact.SHOWN | Impact.NOT_SHOWN:
                if not given.get("before"):
                    self.add_error("before", "Give the measure before, or choose “Not measured” and say why")
                if not given.get("after"):
                    self.add_error("after", "Give the measure after, or choose “Not measured” and say why")
                if not given.get("seen_in"):
                    self.add_error("seen_in", "Choose the cases in which it was seen")
        return given

    def said(self) -> dict[str, Any]:
        """What the operation takes."""
        given = self.cleaned_data
        return {
            **given, "impact": Impact(given["impact"]), "seen_in": [self.cases[one] for one in given["seen_in"]],
        }  # fmt: skip
