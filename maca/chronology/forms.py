import datetime as dt
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from markupsafe import Markup

from maca.chronology.agencies import AgencyList
from maca.chronology.choosing import Chosen
from maca.chronology.dates import read_day
from maca.chronology.entries import Entry
from maca.chronology.events import CHOICES, event_called
from maca.chronology.models import Decided, PracticePhrase, Source
from maca.chronology.patterns.settings import Settings
from maca.chronology.reading import NotEntriesError, read_bytes, refuse_too_many_children
from maca.chronology.reading.rows import COLUMNS, Row, RowReader
from maca.chronology.shown import Prompt
from maca.chronology.thresholds import EVERY, GROUPS, USUAL
from maca.design.forms import CheckboxesField, FileField, Form, LongTextField, NumberField, SelectField, TextField
from maca.kernel.text import normalise

LARGEST_FILE = 10 * 1024 * 1024
LONGEST_NAME = 200
FEWEST_LETTERS, LONGEST_PHRASE, MOST_STARS, MOST_PHRASES = 3, 100, 3, 300
SEEN = [("yes", "Yes"), ("alone", "Yes, alone"), ("no", "No")]


class EntryForm(Form):
    """One entry, read by the rules by which a row of a table is read."""

    date = TextField(label="Date", help_text="14/3/2026, or March 2026 or 2026 where nobody knows the day.", width=10)
    time = TextField(label="Time", help_text="16:50", width=5, required=False)
    text = LongTextField(label="What happened?", called="what happened", rows=3)
    event = SelectField(label="Event", choices=CHOICES, required=False)
    child = TextField(
        label="Which child?", help_text="C1, or C1, C2. Leave it blank for all of them.", width=10, required=False
    )
    worker = TextField(label="Which worker?", help_text="Social worker B: never a name.", width=20, required=False)
    seen = SelectField(label="Was the child seen?", choices=SEEN, required=False)
    voice = LongTextField(label="What did the child say or show?", called="what the child said", rows=2, required=False)
    fact = TextField(
        label="Facts",
        help_text="gp_registered=no; of a meeting, who was there: present=police,school",
        required=False,
    )
    ref = TextField(label="Where is it in your own record?", width=20, required=False)

    def __init__(
        self, data: Mapping[str, Any] | None, *, agencies: AgencyList, whose: str, last: Entry | None = None
    ) -> None:
        super().__init__(data)
        self.agencies, self.whose = agencies, whose
        self.entry: Entry | None = None
        if data is None and last:
            self.initial = {"worker": last.worker, "child": ", ".join(last.children)}

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.errors:
            return cleaned
        given = self.cleaned_data
        reader = RowReader("", self.agencies, self.whose)
        row = Row(0, [given.get(name, "") for name in COLUMNS])
        read = list(reader.entries([Row(0, COLUMNS), row]))
        for one in reader.unread:
            # What is sent back is not kept: that part of the sentence is for a file.
            why = one.why.split(" The entry is kept")[0]
            self.add_error(one.column or "text", f"{why} {one.mend}")
        self.entry = read[0] if read else None
        return cleaned


class TableForm(Form):
    """Many entries at once: a table pasted, or a file. They are read here, and shown before anything is added."""

    file = FileField(
        label="A file", help_text="CSV, Excel (.xlsx) or Word (.docx) with a table, up to 10 MB.",
        accept=".csv,.xlsx,.docx", required=False,
    )  # fmt: skip
    table = LongTextField(
        label="Or paste a table",
        called="the table",
        help_text="From Excel or Word, with its headings: at least date and text.",
        rows=5,
        required=False,
    )

    def __init__(self, data: Mapping[str, Any] | None, files: Any = None, *, agencies: AgencyList, whose: str) -> None:
        super().__init__(data, files)
        self.agencies, self.whose = agencies, whose
        self.content, self.name, self.source = b"", "", Source.UPLOADED

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.errors:
            return cleaned
        file, table = self.cleaned_data["file"], self.cleaned_data["table"]
        if bool(file) == bool(table):
            raise ValidationError("Choose a file, or paste a table: one of the two")
        if file and file.size > LARGEST_FILE:
            self.add_error("file", "The file is larger than 10 MB. Send it in several files, or as CSV.")
            return cleaned
        if file:
            self.content, self.name = file.read(), " ".join(normalise(file.name)[0].split())[:LONGEST_NAME]
        else:
            self.content, self.name, self.source = table.encode(), "The pasted table", Source.PASTED
        try:
            reading = read_bytes(self.content, self.name, self.agencies, whose=self.whose)
            refuse_too_many_children(reading.children)
        except NotEntriesError as problem:
            self.add_error("file" if file else "table", problem.sentence)
            return cleaned
        if not reading.entries and not reading.unread:
            self.add_error("file" if file else "table", "There is no entry below the headings.")
        return cleaned


class ChoosingForm(Form):
    """Which entries of the line to show."""

    agency = SelectField(label="Agency", required=False)
    event = SelectField(label="Event", choices=CHOICES, required=False)
    first = TextField(label="From", help_text="1/3/2026 or March 2026", width=10, required=False)
    last = TextField(label="To", help_text="30/6/2026 or June 2026", width=10, required=False)
    child = TextField(label="Child", help_text="C1", width=5, required=False)
    worker = TextField(label="Worker", help_text="A part of it: worker B", width=10, required=False)

    def __init__(self, data: Mapping[str, Any] | None, *, agencies: Sequence[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["agency"].choices = [("", "Every agency"), *agencies]  # type: ignore[attr-defined]
        self.fields["event"].choices = [("", "Every event"), *CHOICES]  # type: ignore[attr-defined]

    def clean_first(self) -> dt.date | None:
        return self._day("first", end=False)

    def clean_last(self) -> dt.date | None:
        return self._day("last", end=True)

    def _day(self, name: str, *, end: bool) -> dt.date | None:
        if not (said := self.cleaned_data[name]):
            return None
        day = read_day(said)
        if isinstance(day, str):
            raise ValidationError(f"{day} Write a day such as 14/03/2026, a month such as March 2026, or a year.")
        if not end or not day.approximate:
            return day.date
        months = 1 if len(day.approximate) > 4 else 12
        after = day.date.month - 1 + months
        return dt.date(day.date.year + after // 12, after % 12 + 1, 1) - dt.timedelta(days=1)

    @property
    def chosen(self) -> Chosen:
        """What was chosen, of a sound form."""
        return Chosen(**self.cleaned_data)

    @cached_property
    def boxes(self) -> str:
        """The boxes of the form, drawn once for as long as there is this form."""
        return Markup("").join(field.as_field_group() for field in self)


class ThresholdsForm(Form):
    """Every threshold of the patterns, as the partnership has it."""

    def __init__(self, data: Mapping[str, Any] | None, *, now: Settings) -> None:
        super().__init__(data)
        for one in EVERY:
            usual = one.typed(USUAL)
            self.fields[one.name] = NumberField(
                label=one.label,
                help_text=f"In {one.unit}, usually {usual}" if one.unit != "times" else f"Times, usually {usual}",
                min_value=one.least,
                max_value=one.most,
                initial=one.typed(now),
            )

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        return [(heading, [self[one.name] for one in group]) for heading, group in GROUPS.items()]


class PhrasesForm(Form):
    """One more phrase that suggests an event, and those to take out. Either may be left alone."""

    phrase = TextField(
        label="Words in an entry",
        help_text="As they stand there, for example “nurse review”. * ends a word in any way, and … stands for up to "
        "four words.",
        max_length=100,
        required=False,
    )
    event = SelectField(label="Event that they suggest", choices=[("", "Choose an event"), *CHOICES], required=False)

    def __init__(self, data: Mapping[str, Any] | None, *, phrases: Sequence[PracticePhrase]) -> None:
        super().__init__(data)
        self.phrases = {one.public_id: one for one in phrases}
        if phrases:
            self.fields["take_out"] = CheckboxesField(
                label="Take out",
                choices=[(key, f"“{one}”: {event_called(one.event)}") for key, one in self.phrases.items()],
                required=False,
            )

    def clean_phrase(self) -> str:
        phrase = " ".join(str(self.cleaned_data["phrase"]).casefold().split())
        if phrase and sum(letter.isalnum() for letter in phrase) < FEWEST_LETTERS:
            raise ValidationError(f"Enter words of {FEWEST_LETTERS} letters or more: fewer stand in too many entries")
        if len(phrase) > LONGEST_PHRASE:
            raise ValidationError(f"Enter {LONGEST_PHRASE} characters or fewer")
        if phrase.count("*") > MOST_STARS or any("*" in word[:-1] for word in phrase.split()):
            raise ValidationError(f"Put * at the end of a word only, and at most {MOST_STARS} times")
        if phrase and any(one.phrase == phrase for one in self.phrases.values()):
            raise ValidationError("These words are in the list already. Take them out to give them another event")
        return phrase

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if self.errors:
            return cleaned
        if bool(cleaned["phrase"]) != bool(cleaned["event"]):
            missing = "event" if cleaned["phrase"] else "phrase"
            self.add_error(missing, "Choose the event" if missing == "event" else "Enter the words")
        elif not cleaned["phrase"] and not cleaned.get("take_out"):
            self.add_error("phrase", "Enter words, or tick some to take out")
        elif len(self.phrases) >= MOST_PHRASES and cleaned["phrase"]:
            self.add_error("phrase", f"{MOST_PHRASES} phrases are the most. Take some out first")
        return cleaned

    def added(self) -> tuple[str, str] | None:
        values = self.cleaned_data
        return (values["event"], values["phrase"]) if values["phrase"] else None

    def taken_out(self) -> list[PracticePhrase]:
        return [self.phrases[key] for key in self.cleaned_data.get("take_out", [])]


class PatternsForm(Form):
    """What is to become of each question of a page, all in one form. `first` questions stand on the pages before."""

    def __init__(self, data: Mapping[str, Any] | None, prompts: Sequence[Prompt], *, first: int = 0) -> None:
        super().__init__(data)
        self.prompts = prompts
        for number, prompt in enumerate(prompts, first + 1):
            before = prompt.decision
            self.fields[f"decided-{prompt.mark}"] = SelectField(
                label=f"What becomes of question {number}?", choices=Decided.choices, required=False,
                initial=before.decided if before else "",
            )  # fmt: skip
            self.fields[f"reason-{prompt.mark}"] = TextField(
                label=f"Why, of question {number}",
                called=f"why question {number} is set aside",
                required=False,
                initial=str(before.reason) if before else "",
            )

    def asked(self, prompt: Prompt) -> tuple[forms.BoundField, forms.BoundField]:
        """The two boxes of one question."""
        return self[f"decided-{prompt.mark}"], self[f"reason-{prompt.mark}"]

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        for prompt in self.prompts:
            decided, reason = self._said(prompt)
            if decided == Decided.SET_ASIDE and not reason:
                self.add_error(f"reason-{prompt.mark}", "Say why the question is set aside")
            if reason and not decided:
                self.add_error(f"decided-{prompt.mark}", "Say whether the question is taken or set aside")
        return cleaned

    def decided(self) -> dict[str, tuple[str, str]]:
        """What was decided, by marks, and why."""
        return {one.mark: self._said(one) for one in self.prompts if self._said(one)[0]}

    def _said(self, prompt: Prompt) -> tuple[str, str]:
        given = self.cleaned_data
        return given.get(f"decided-{prompt.mark}", ""), given.get(f"reason-{prompt.mark}", "")
