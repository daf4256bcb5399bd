import datetime as dt
import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.forms import CheckboxSelectMultiple, HiddenInput, MultipleHiddenInput
from django.utils import timezone

from maca.briefing import rules
from maca.briefing.deciding import TOGETHER, Hit, Stand
from maca.briefing.house_style import LONGEST_FOOTER, logo_of
from maca.briefing.letterhead import Letterhead, read_letterhead
from maca.briefing.models import (
    OTHER,
    Briefing,
    ChangedBecause,
    Decision,
    HouseStyle,
    KeptBecause,
    WithdrawnBecause,
)
from maca.briefing.screening.lists import folded
from maca.briefing.screening.rewording import suggested
from maca.briefing.value import Finding, Heading, ProcessLine, SixSteps
from maca.design import dates
from maca.design.forms import (
    CheckboxesField,
    ChoiceField,
    DateField,
    FileField,
    Form,
    LinesField,
    LongTextField,
    TextField,
    TimeField,
    YesNoField,
)
from maca.kernel.clock import LONDON, NoSuchHour, comes_twice, instant_in_london
from maca.kernel.look import PLAIN, Look
from maca.kernel.word import UnfitError

LONGEST = 5_000  # characters of a point: a briefing is read in minutes, and each point of it is screened


class ThemeForm(Form):
    lines = LinesField(
        label="Theme / Cases", help_text="One point a line.", rows=6, for_everybody=True, max_length=LONGEST
    )


def _tied(text: str) -> str:
    """A name for a point that stays its own when another point before it goes."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class ProcessForm(Form):
    """The lines of the process. One that asks questions can be reworded but not left out."""

    def __init__(self, *args: Any, value: SixSteps, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = {f"line-{_tied(line.text)}": line for line in value.process}
        for number, (name, line) in enumerate(self.lines.items(), start=1):
            asked = "each agency" if line.asks == "agency" else "the panel"
            self.fields[name] = LongTextField(
                label=f"Line {number}",
                help_text=f"The questions to {asked} follow it." if line.asks else "Leave empty to take it out.",
                initial=line.text,
                required=line.asks is not None,
                rows=3,
                for_everybody=True,
                max_length=LONGEST,
            )

    def edited(self) -> list[ProcessLine]:
        """The lines as they now read; an emptied one is taken out."""
        return [replace(line, text=text) for name, line in self.lines.items() if (text := self.cleaned_data[name])]


class FindingsForm(Form):
    """The findings under one heading, each in a box of its own, named by the finding of the panel it rests on.

    `closed` are the references of the findings that whoever edits may not change: they have no box, and stay.
    `not_agreed` names the agencies that do not agree with a finding, by its reference.
    """

    def __init__(
        self,
        *args: Any,
        value: SixSteps,
        heading: Heading,
        closed: Collection[str] = (),
        not_agreed: Mapping[str, Sequence[str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        findings = [finding for finding in value.findings if finding.heading is heading]
        self.findings = {f"finding-{finding.ref or _tied(finding.text)}": finding for finding in findings}
        seen: dict[str | None, int] = {}
        for name, finding in self.findings.items():
            if finding.ref in closed:
                continue
            seen[finding.case] = seen.get(finding.case, 0) + 1
            agencies = not_agreed.get(finding.ref or "", ())
            self.fields[name] = LongTextField(
                label=f"{finding.case or 'The whole audit'}, point {seen[finding.case]}",
                help_text=f"At the panel, not agreed by {' and '.join(agencies)}." if agencies else "",
                initial=finding.text,
                required=False,
                rows=2,
                for_everybody=True,
                max_length=LONGEST,
            )

    def edited(self) -> list[Finding]:
        """The findings as they now read; an emptied one is left out of the briefing, not of the record.

        One that was not in the form when it was sent, because a colleague has put it in since, or because it is
        not theirs to change, stays.
        """
        texts = {
            name: self.cleaned_data[name] if name in self.data and name in self.fields else finding.text
            for name, finding in self.findings.items()
        }
        return [replace(finding, text=texts[name]) for name, finding in self.findings.items() if texts[name]]


class SendBackForm(Form):
    because = LongTextField(label="What has to change?", rows=4)


class DecideForm(Form):
    """What is done about one thing that could identify a family. `stands` are the points that may be changed."""

    def __init__(self, data: Mapping[str, Any] | None, *, hit: Hit, stands: Sequence[Stand]) -> None:
        super().__init__(data)
        self.stands, self.is_together, self.phrase = stands, hit.kind == TOGETHER, folded(hit.phrase)
        self.fields["decision"] = ChoiceField(
            label="What do you decide?",
            called="what you decide",
            choices=[
                (one.value, one.label)
                for one in Decision
                if (one != Decision.REMOVED or hit.may_go) and (one != Decision.POOLED or hit.may_be_pooled)
            ],
        )
        for number, one in enumerate(stands, start=1):
            which = f", point {number}" if len(stands) > 1 else ""
            suggestion = suggested(one.point.text, one.spans)
            self.fields[self.name_of(one)] = LongTextField(
                label=f"If in other words{which}: what is it to say?",
                called=f"what it is to say{which}",
                help_text="This is a suggestion. Read it as somebody who knows the family."
                if suggestion != one.point.text
                else "",
                initial=suggestion,
                required=False,
                rows=3,
                for_everybody=True,
                max_length=LONGEST,
            )
        self.fields["reason"] = ChoiceField(
            label="If you keep it: why?", called="why you keep it", choices=KeptBecause.choices, required=False
        )
        self.fields["changed_because"] = ChoiceField(
            label="If it is said in other words or left out: why?",
            called="why it is not left as it is",
            choices=ChangedBecause.choices,
            required=False,
        )
        self.fields["because"] = LongTextField(
            label="If for another reason, which?",
            called="the reason",
            help_text="This is kept. Do not write the words themselves.",
            required=False,
            rows=2,
        )

    @staticmethod
    def name_of(stand: Stand) -> str:
        return f"words-{stand.digest[:16]}"

    def words(self) -> dict[str, str]:
        """What the operation takes: the new text of each point, by its place."""
        return {one.point.place: self.cleaned_data[self.name_of(one)] for one in self.stands}

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        decision = given.get("decision")
        if decision == Decision.REWORDED:
            same = [one for one in self.stands if given.get(self.name_of(one), "").strip() == one.point.text]
            # Of what tells together, one point that says less may be enough.
            if same and (not self.is_together or len(same) == len(self.stands)):
                self.add_error(self.name_of(same[0]), "This is what it says now. Write it without what could identify")
            for one in self.stands:
                text = given.get(self.name_of(one), "")
                if not text:
                    self.add_error(self.name_of(one), "Write what it is to say")
                elif not self.is_together and one not in same and self.phrase in folded(text):
                    self.add_error(self.name_of(one), f"“{self.phrase}” still stands there. Write it without")
        if decision:
            is_kept = decision in (Decision.KEPT, Decision.POOLED)
            named = "reason" if is_kept else "changed_because"
            if not given.get(named):
                self.add_error(named, "Say why it is kept" if is_kept else "Say why it is not left as it is")
            elif given[named] == OTHER and not given.get("because"):
                self.add_error("because", "Say which other reason there is")
        return given

    def why(self) -> KeptBecause | ChangedBecause:
        """The reason for what was decided."""
        if self.cleaned_data["decision"] in (Decision.KEPT, Decision.POOLED):
            return KeptBecause(self.cleaned_data["reason"])
        return ChangedBecause(self.cleaned_data["changed_because"])


class KeepWordsForm(Form):
    words = CheckboxesField(
        label="Words that tell of no family",
        called="the words that tell of no family",
        help_text="Tick only what is a word of the work, or of the partnership, and names nobody and no place.",
        many=True,
        choices=(),
    )

    def __init__(self, data: Mapping[str, Any] | None, *, hits: Sequence[Hit]) -> None:
        super().__init__(data)
        words: Any = self.fields["words"]
        words.choices = [(one.public_id, one.phrase) for one in hits]


class EmbargoForm(Form):
    """The hour in London before which nobody but those who read drafts is shown the briefing, or none."""

    embargo_on = DateField(
        label="Until which day is it held back?", required=False, help_text="Leave it empty for no embargo."
    )
    embargo_time = TimeField(
        label="Until which hour of that day?", required=False, help_text="In London. For example, 9:30 or 2:30pm"
    )

    @staticmethod
    def as_it_is(briefing: Briefing) -> dict[str, dt.date | dt.time]:
        """What the boxes hold to begin with."""
        if briefing.embargo_until is None:
            return {}
        local = timezone.localtime(briefing.embargo_until, LONDON)
        return {"embargo_on": local.date(), "embargo_time": local.time()}

    def clean(self) -> None:
        self.cleaned_data["embargo_until"] = None
        if {"embargo_on", "embargo_time"} & set(self.errors):
            return
        on, at = self.cleaned_data["embargo_on"], self.cleaned_data["embargo_time"]
        if on is None and at is not None:
            self.add_error("embargo_on", "Enter the day on which the embargo ends, or leave the hour empty too")
        elif on is not None and at is None:
            self.add_error("embargo_time", "Enter the hour at which the embargo ends on that day")
        elif on is not None:
            self._end(on, at)

    def _end(self, on: dt.date, at: dt.time) -> None:
        try:
            until = instant_in_london(on, at)
        except NoSuchHour:
            self.add_error(
                "embargo_time",
                f"There is no {dates.time(at)} on {dates.date(on)}: the clocks go forward from 1am to 2am. "
                "Enter an hour before 1am, or 2am or later",
            )
            return
        if verdict := rules.may_end_embargo_at(until):
            self.cleaned_data["embargo_until"] = until
        else:
            self.add_error("embargo_on", verdict.sentence)

    @property
    def notices(self) -> list[str]:
        found = super().notices
        if self.is_bound and self.cleaned_data.get("embargo_until"):
            on, at = self.cleaned_data["embargo_on"], self.cleaned_data["embargo_time"]
            if comes_twice(on, at):
                found.append(
                    f"{dates.time(at)} comes twice on {dates.date(on)}, since the clocks go back. The embargo ends at "
                    "the second, in Greenwich Mean Time."
                )
        return found


class PublishForm(EmbargoForm):
    """The embargo, and whether the briefing stands on a public page, where the partnership has such pages."""

    def __init__(self, *args: Any, public_pages: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if public_pages:
            self.fields["public"] = _on_a_public_page()

    def is_public(self) -> bool:
        return bool(self.cleaned_data.get("public"))


def _on_a_public_page() -> YesNoField:
    return YesNoField(
        label="Does it stand on a public page too?",
        help_text="Anybody who has the address reads it there without signing in, once any embargo has passed.",
    )


class PublicPageForm(Form):
    public = _on_a_public_page()


class WithdrawForm(Form):
    because = ChoiceField(
        label="Why is it withdrawn?",
        help_text="Everybody reads this in its place, also on the public page if it had one.",
        choices=WithdrawnBecause.choices,
    )
    note = LongTextField(
        label="What happened?",
        help_text="Those who read drafts see this, and nobody else. Name no child and no family.",
        rows=4,
    )


class SearchForm(Form):
    q = TextField(
        label="Search the briefings",
        help_text="One word or several. Each has to stand in the title, the theme or the text.",
        required=False,
        max_length=100,
    )


class HouseStyleForm(Form):
    """A logo and a line at the foot. A logo cleans to the picture drawn anew, with its width and height."""

    logo = FileField(
        label="Logo",
        called="the logo",
        help_text="PNG or JPEG, up to 2 MB. It is drawn anew, small and on white; nothing else of it is kept.",
        accept="image/png,image/jpeg",
        required=False,
    )
    footer = TextField(
        label="Line at the foot of each page",
        called="the line at the foot",
        help_text="It stands after the name of the partnership. Leave it empty for none.",
        required=False,
        max_length=LONGEST_FOOTER,
    )
    shown = TextField(label="The line that was shown", required=False, widget=HiddenInput)
    more = CheckboxesField(label="Also", called="what else", choices=(), required=False)

    KEPT, WITHOUT_LOGO, WITHOUT_LOOK = "kept", "without-logo", "without-look"

    def __init__(self, data: Mapping[str, Any] | None, files: Any = None, *, style: HouseStyle, **kwargs: Any) -> None:
        super().__init__(data, files, **kwargs)
        self.style = style
        self._offer(tick=bool(data and data.get("shown")))

    def _offer(self, *, tick: bool) -> None:
        """Offer the boxes there are; that the line tells of no family, only once it has been shown what could tell."""
        choices = [(self.KEPT, "Nothing in the line tells of any family")] if tick else []
        choices += self._more()
        self.fields["more"].choices = choices  # type: ignore[attr-defined]
        self.fields["more"].widget = CheckboxSelectMultiple(choices=choices) if choices else MultipleHiddenInput()

    def _more(self) -> list[tuple[str, str]]:
        choices = []
        if self.style.logo:
            choices.append((self.WITHOUT_LOGO, "Print no logo any longer"))
        if self.style.word_styles:
            choices.append((self.WITHOUT_LOOK, "Print in the fonts, sizes and colours of the site again"))
        return choices

    def says(self, what: str) -> bool:
        return what in self.cleaned_data.get("more", ())

    def in_words(self, name: str) -> str:
        """The same as of any form, of what is not hidden, and of the logo which one it is."""
        if name == "logo":
            if self.files.get("logo"):
                return "The picture that you chose. It could not be kept, so choose it again after this."
            return f"A logo of {self.style.logo_width} by {self.style.logo_height} pixels" if self.style.logo else ""
        return "" if self[name].is_hidden else super().in_words(name)

    def clean(self) -> None:
        self._look_at_line()
        # No browser keeps a chosen file when a form comes back.
        if self.errors and self.cleaned_data.get("logo"):
            self.add_error("logo", "Choose the logo again")

    def _look_at_line(self) -> None:
        """A tick is of the line that was shown: when another is sent with it, that one is looked at first."""
        line = self.cleaned_data.get("footer", "")
        digest = hashlib.sha256(line.encode()).hexdigest()
        ticks = [one for one in self.cleaned_data.get("more", ()) if one != self.KEPT]
        if self.says(self.KEPT) and self.cleaned_data["shown"] == digest:
            return
        self.cleaned_data["more"] = ticks
        verdict = rules.may_print_footer(line, kept=False)
        again: Any = self.data
        again = again.copy()
        again.setlist("more", ticks)
        again["shown"] = "" if verdict else digest
        self.data = again
        self._offer(tick=not verdict)
        if not verdict:
            self.add_error("footer", verdict.sentence)

    def clean_logo(self) -> tuple[bytes, int, int] | None:
        if not (file := self.cleaned_data["logo"]):
            return None
        try:
            return logo_of(file.read())
        except UnfitError as unfit:
            self.add_error("logo", unfit.sentence)
            return None


class WordFileForm(Form):
    """A Word file of the partnership’s own. It cleans to what was read of it, and no more of it goes on."""

    file = FileField(
        label="Word file",
        called="the Word file",
        help_text="A document or a template of yours (.docx or .dotx), up to 10 MB.",
        accept=".docx,.dotx",
    )

    def clean_file(self) -> Letterhead | None:
        try:
            return read_letterhead(self.cleaned_data["file"].read())
        except UnfitError as unfit:
            self.add_error("file", unfit.sentence.rstrip("."))
            return None


class LetterheadForm(HouseStyleForm):
    """What was read of a Word file, as values, to be looked at before it is kept. It stands in the page alone."""

    styles = TextField(label="Fonts, sizes and colours", required=False, widget=HiddenInput, max_length=4_000)
    picture = TextField(label="The logo that was read", required=False, widget=HiddenInput, max_length=400_000)

    WITH_LOGO = "with-logo"
    LOST = "What was read of the file has been lost. Choose the file again"

    def __init__(self, data: Mapping[str, Any] | None, *, read: Letterhead | None = None, **kwargs: Any) -> None:
        self.read = read
        self.has_picture = bool(read and read.logo) or bool(data and data.get("picture"))
        if read:
            kwargs["initial"] |= {
                "styles": json.dumps(read.look.as_json()),
                "picture": b64encode(read.logo[0]).decode() if read.logo else "",
                "more": [self.WITH_LOGO] if read.logo else [],
            }
        super().__init__(data, **kwargs)
        del self.fields["logo"]

    def _more(self) -> list[tuple[str, str]]:
        return [(self.WITH_LOGO, "Print the picture of the file as the logo")] if self.has_picture else []

    def clean_styles(self) -> Look:
        try:
            return Look.from_json(json.loads(self.cleaned_data["styles"]))
        except (ValueError, RecursionError):
            self.add_error(None, self.LOST)
            return PLAIN

    def clean_picture(self) -> tuple[bytes, int, int] | None:
        """It came back from a browser, so it is drawn anew once more."""
        if not self.cleaned_data["picture"]:
            return None
        try:
            return logo_of(b64decode(self.cleaned_data["picture"], validate=True))
        except (UnfitError, ValueError):
            self.add_error(None, self.LOST)
            return None

    @property
    def look(self) -> Look:
        """What was read, as it is shown."""
        return self.read.look if self.read else self.cleaned_data.get("styles", PLAIN)

    def in_words(self, name: str) -> str:
        if name != "styles":
            return super().in_words(name)
        sent = self.look if self.is_bound else PLAIN
        return (sent if sent.says_something else self.style.look).in_words()

    @property
    def wanted_logo(self) -> tuple[bytes, int, int] | None:
        """The picture, where it is to be printed."""
        return self.cleaned_data["picture"] if self.says(self.WITH_LOGO) else None
