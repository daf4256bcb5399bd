import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator

from maca.cases.cohort import LARGEST, MOST_CHILDREN, Cohort, read_cohort
from maca.cases.drawing import MOST_PLACES, Fact, Lots, Settings, called
from maca.cases.facts import AgeBand, Category, Disability, Ethnicity, Level, Sex
from maca.cases.household import NotASibling, read_sibling
from maca.cases.matching import Kin
from maca.cases.models import IdentityReason, Interest, LiftReason, SwapReason
from maca.design.forms import (
    CheckboxesField,
    ChoiceField,
    DateField,
    FileField,
    Form,
    LinesField,
    LongTextField,
    NumberField,
    SelectField,
    TextField,
    YesField,
)
from maca.kernel.clock import today
from maca.kernel.text import what_turns
from maca.kernel.word import UnfitError


class SiblingsField(LinesField):
    """Brothers and sisters, one a line; cleans to a tuple of `Sibling`."""

    def clean(self, value: Any) -> Any:
        found = []
        lines = [(at, line) for at, line in enumerate(str(value or "").splitlines(), 1) if line.strip()]
        super().clean(value)
        for at, line in lines:
            if sentence := what_turns(line, f"Line {at} of the brothers and sisters"):
                raise ValidationError(sentence, code="turns")
            try:
                found.append(read_sibling(line))
            except NotASibling as problem:
                raise ValidationError(f"Line {at} of the brothers and sisters {problem}", code="sibling") from problem
        return tuple(found)


class NominationForm(Form):
    """The rationale, which many will read, and the identity, which is kept apart.

    `look` tells whether the family was nominated or audited before; `kin` is what it said.
    """

    rationale = LongTextField(
        label="Why this case?",
        help_text="What it would teach about the theme. Name nobody: the sub-group, the agencies that are asked and "
        "whoever introduces the case will read this.",
        rows=5,
    )
    level = ChoiceField(label="Level of help", choices=Level.choices)
    age_band = ChoiceField(label="Age of the index child", choices=AgeBand.choices)
    category = SelectField(label="Category", choices=Category.choices, required=False)
    sex = SelectField(label="Sex", choices=Sex.choices, required=False)
    ethnicity = SelectField(label="Ethnicity", choices=Ethnicity.choices, required=False)
    disability = SelectField(label="Disability", choices=Disability.choices, required=False)
    locality = TextField(
        label="Locality", help_text="The area as your partnership divides it, such as “North”.", required=False
    )
    child = TextField(label="Name of the index child")
    born_on = DateField(label="Date of birth", required=False)
    address = LongTextField(label="Address", rows=3, required=False)
    siblings = SiblingsField(
        label="Brothers and sisters",
        help_text="One a line: the name, then a comma and the date of birth, or “unborn”, as far as you know it. "
        "For example: Sam Example, 4 May 2019",
        rows=4,
        required=False,
    )
    mother = TextField(label="Mother", required=False)
    father = TextField(label="Father", required=False)
    partner = TextField(
        label="Partner of a parent", help_text="Who is, or was lately, part of the household.", required=False
    )
    absent_parent = TextField(
        label="Absent parent",
        help_text="A parent who lives elsewhere, and where, if that is known. Write the name again here.",
        required=False,
    )
    household = LongTextField(
        label="Other adults, and anybody else in the family",
        help_text="One a line, with how they are related.",
        rows=3,
        required=False,
    )
    record_number = TextField(label="Number in your own record", required=False)
    all_the_same = YesField(label="Nominate all the same", required=False)

    def __init__(self, *args: Any, look: Callable[..., Kin], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.look = look
        self.kin = Kin()

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            self.kin = self.look(**{name: found[name] for name in ("child", "born_on", "siblings")})
            if self.kin and not found["all_the_same"]:
                self.add_error(
                    "all_the_same",
                    "This family may have been looked at before. Read what is said about it, and tick “Nominate all "
                    "the same” if the case should be nominated",
                )
        return found

    def clean_born_on(self) -> object:
        day = self.cleaned_data["born_on"]
        if day and day > today():
            self.add_error("born_on", "The date of birth must be in the past; leave it empty for an unborn child")
        return day


class CohortForm(Form):
    """A list of children. It is read where it arrives, in memory, and cleans to a `Cohort`."""

    file = FileField(
        label="The list of children",
        help_text=f"CSV or Excel, up to {LARGEST // 1024**2} MB and {MOST_CHILDREN:,} rows, with the headings of the "
        "example in its first row.",
        accept=".csv,.xlsx",
    )

    def clean_file(self) -> Cohort:
        sent = self.cleaned_data["file"]
        data = sent.read()
        try:
            cohort = read_cohort(data, "The file", today=today())
        except UnfitError as problem:
            raise ValidationError(problem.sentence) from None
        self.file_hash = hashlib.sha256(data).hexdigest()
        return cohort


SEED = RegexValidator(
    r"^[A-Za-z0-9-]{1,40}\Z", "The seed must be up to 40 letters without accents, digits and hyphens, with no spaces"
)
MOST_LOCALITIES = 25


class DrawForm(Form):
    """How many cases of which kind. Its numbers are asked for what is in the cohort, with how many there are."""

    since = DateField(
        label="Leave out children with no activity since",
        called="the day of last activity",
        help_text="Old cases have little to teach, and often no paperwork. Leave it empty to draw from all.",
        latest=today,
        required=False,
    )
    on = DateField(label="Count ages on this day", called="the day that ages are counted on")
    seed = TextField(
        label="Seed",
        help_text="It decides the lot. Leave it as it is, unless you draw again what was drawn before.",
        validators=[SEED],
    )

    def __init__(self, *args: Any, cohort: Cohort, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        children = cohort.children
        self.groups: dict[str, list[str]] = {"level": [], "age": [], "category": [], "locality": []}
        self.facts: dict[str, Fact] = {}
        day = today()
        for level in Level.values:
            self._ask("level", level, sum(one.level == level for one in children))
        self.fields["any_level"] = NumberField(label="Of any level", min_value=0, max_value=MOST_PLACES, required=False)
        self.groups["level"].append("any_level")
        for band in AgeBand.values:
            self._ask("age", band, sum(one.band(day) == band for one in children))
        for category in Category.values:
            self._ask("category", category, sum(one.category == category for one in children))
        places = sorted({one.locality for one in children} - {""})
        self.many_localities = len(places) if len(places) > MOST_LOCALITIES else 0
        for place in [] if self.many_localities else places:
            self._ask("locality", place, sum(one.locality == place for one in children))

    def _ask(self, name: str, value: str, there: int) -> None:
        if not there and name != "level":
            return
        field = f"{name}-{len(self.groups[name]) + 1}"
        self.facts[field] = (name, value)
        self.groups[name].append(field)
        self.fields[field] = NumberField(
            label=called((name, value)).strip("“”"),
            help_text=f"{there:,} in the file",
            min_value=0,
            max_value=MOST_PLACES,
            required=False,
        )

    @classmethod
    def initial_of(cls, settings: Settings | None, cohort: Cohort, *, seed: str) -> dict[str, Any]:
        """What stands in the form when it is opened: the settings of the last time."""
        day = today()
        if settings is None:
            return {"on": day, "since": day - dt.timedelta(days=365), "seed": seed}
        levels = {("level", level): number for level, number in settings.levels.items()}
        numbers = {**levels, **settings.wanted}
        facts = cls(cohort=cohort).facts
        known = {field: numbers[fact] for field, fact in facts.items() if fact in numbers}
        return {**known, "any_level": settings.any_level or "", "on": settings.on, "since": settings.since,
                "seed": seed}  # fmt: skip

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not 0 < self.settings().places <= MOST_PLACES:
            first = self.groups["level"][0]
            self.add_error(first, f"Say how many cases to draw, of each level or of any: 1 to {MOST_PLACES} in all")
        return found

    def settings(self) -> Settings:
        """What a sound form asks for."""
        given = self.cleaned_data
        numbers: dict[str, dict[str, int]] = {name: {} for name in self.groups}
        for field, (name, value) in self.facts.items():
            if given.get(field):
                numbers[name][value] = given[field]
        return Settings(
            on=given["on"], since=given["since"], levels=numbers["level"], any_level=given.get("any_level") or 0,
            ages=numbers["age"], categories=numbers["category"], localities=numbers["locality"],
        )  # fmt: skip


class SwapDrawnForm(Form):
    """Somebody drawn gives their place to the next in line."""

    row = SelectField(label="Which row gives up its place?")
    why = ChoiceField(label="Why?", choices=SwapReason.choices)
    words = LongTextField(
        label="In your own words",
        help_text="Name nobody: the sub-group will read it with the nomination that takes the place.",
        rows=3,
        required=False,
    )

    def __init__(self, *args: Any, lots: Lots | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        drawn = lots.drawn if lots else []
        self.fields["row"].choices = [("", "Choose one")] + [  # type: ignore[attr-defined]
            (str(one.row), f"Row {one.row}") for one in drawn
        ]

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        if found.get("why") == SwapReason.OTHER and not str(found.get("words", "")).strip():
            self.add_error("words", "Say in your own words why this row gives up its place")
        return found


class NothingForm(Form):
    """A bare button."""


class SwapCaseForm(Form):
    nomination = ChoiceField(label="Which nomination takes its place?")
    reason = LongTextField(
        label="Why is the case swapped?", help_text="Name nobody. It stays with the nomination that goes.", rows=3
    )

    def __init__(self, *args: Any, choices: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["nomination"].choices = choices  # type: ignore[attr-defined]


class PassOverForm(Form):
    reason = LongTextField(label="Why is this case left out?", rows=3)


class PresenterForm(Form):
    person = SelectField(label="Who will introduce the case?")


class SeatsForm(Form):
    people = CheckboxesField(label="Panel members for this case", required=False)


class InterestForm(Form):
    interest = ChoiceField(label="What have you to do with this family, besides this audit?", choices=Interest.choices)


class LiftForm(Form):
    reason = ChoiceField(label="Why is the conflict lifted?", choices=LiftReason.choices)


class OpenIdentityForm(Form):
    reason = ChoiceField(label="Why do you need to know who this is?", choices=IdentityReason.choices)
