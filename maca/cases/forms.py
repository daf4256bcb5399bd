from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError

from maca.cases.household import NotASibling, read_sibling
from maca.cases.matching import Kin
from maca.cases.models import (
    AgeBand,
    DestructionReason,
    IdentityReason,
    Interest,
    Level,
    LiftReason,
)
from maca.design.forms import (
    CheckboxesField,
    ChoiceField,
    DateField,
    Form,
    LinesField,
    LongTextField,
    SelectField,
    TextField,
    YesField,
)
from maca.kernel.clock import today


class SiblingsField(LinesField):
    """Brothers and sisters, one a line; cleans to a tuple of `Sibling`."""

    def clean(self, value: Any) -> Any:
        found = []
        lines = [(at, line) for at, line in enumerate(str(value or "").splitlines(), 1) if line.strip()]
        super().clean(value)
        for at, line in lines:
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


class DestroyForm(Form):
    reason = ChoiceField(label="Why is it destroyed?", choices=DestructionReason.choices)
    label = TextField(label="To be sure, write the label of the case", help_text="For example: Case 3")

    def __init__(self, *args: Any, expected: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.expected = expected

    def clean_label(self) -> str:
        written = str(self.cleaned_data["label"])
        if written.casefold().split() != self.expected.casefold().split():
            self.add_error("label", f"Write “{self.expected}” to destroy it, or go back")
        return written


class OpenIdentityForm(Form):
    reason = ChoiceField(label="Why do you need to know who this is?", choices=IdentityReason.choices)
