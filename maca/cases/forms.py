from typing import Any

from maca.cases.models import AgeBand, DestructionReason, IdentityReason, Interest, Level, LiftReason
from maca.design.forms import CheckboxesField, ChoiceField, DateField, Form, LongTextField, SelectField, TextField
from maca.kernel.clock import today


class NominationForm(Form):
    """The rationale, which many will read, and the identity, which is kept apart."""

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
    household = LongTextField(
        label="Who else is in the family",
        help_text="One a line, with how they are related: siblings, parents, partner, absent parent.",
        rows=4,
        required=False,
    )
    record_number = TextField(label="Number in your own record", required=False)

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
