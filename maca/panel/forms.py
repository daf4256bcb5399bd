from collections.abc import Sequence
from typing import Any

from maca.design.forms import CheckboxesField, ChoiceField, Form, LongTextField
from maca.partnership.models import Agency, Person


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


class FindingForm(Form):
    text = LongTextField(
        label="Finding",
        called="the finding",
        help_text="One point, by role and never by a person’s name.",
        rows=3,
        for_everybody=True,
    )
    agencies = CheckboxesField(label="Which agencies is it about?", required=False)

    def __init__(self, *args: Any, agencies: Sequence[Agency], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.register = agencies
        self.fields["agencies"].choices = [(one.slug, one.name) for one in agencies]  # type: ignore[attr-defined]

    def about(self) -> list[Agency]:
        return [one for one in self.register if one.slug in self.cleaned_data["agencies"]]
