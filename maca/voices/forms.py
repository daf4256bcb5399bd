from collections.abc import Mapping
from typing import Any

from maca.cases.models import AgeBand
from maca.design.forms import (
    CheckboxesField,
    ChoiceField,
    DateField,
    Form,
    LongTextField,
    SelectField,
    TextField,
    YesNoField,
)
from maca.kernel.clock import today
from maca.voices.models import Extent, FamilyView, Method, Obstacle, Outcome, Reflection, Sharing, Whose, Words


class ReflectionForm(Form):
    """A practitioner's own. Nothing in it has to be answered but who may read it."""

    worried = LongTextField(label="What were you worried about?", required=False)
    helped = LongTextField(label="What helped?", required=False)
    obstacles = CheckboxesField(label="What got in the way?", choices=Obstacle.choices, required=False)
    hindered = LongTextField(label="How did it get in the way?", required=False)
    differently = LongTextField(label="What would you do differently now?", required=False)
    sharing = ChoiceField(
        label="May others read this?",
        called="whether others may read this",
        choices=Sharing.choices,
        hints={
            Sharing.NO: "Nobody else can open it.",
            Sharing.UNNAMED: "It stands in the report of the case without your name, post or agency. The business "
            "manager, the chair and the scrutineer read that at any time, and the panel from its day on. You "
            "alone introduce this case, so whoever reads it there may well know that it is yours.",
            Sharing.YES: "It stands in that report with your name and post.",
        },
    )

    def __init__(self, data: Mapping[str, Any] | None, reflection: Reflection) -> None:
        super().__init__(data)
        if data is None:
            self.initial = {name: getattr(reflection, name) for name in self.fields} | {
                "obstacles": str(reflection.obstacles).split()
            }

    def written(self) -> dict[str, Any]:
        """What `write_reflection` takes."""
        given = self.cleaned_data
        return {
            **given,
            "sharing": Sharing(given["sharing"]),
            "obstacles": [Obstacle(code) for code in given["obstacles"]],
        }


class ViewForm(Form):
    """What somebody of the family says, or why they were not asked."""

    whose = SelectField(label="Whose view is it?", choices=Whose.choices)
    age_band = SelectField(
        label="How old are they, if a child?",
        choices=[one for one in AgeBand.choices if one[0] != AgeBand.UNBORN],
        required=False,
    )
    outcome = ChoiceField(label="What came of it?", choices=Outcome.choices)
    why_not = LongTextField(
        label="If they were not asked, or did not want to: why?", called="why they were not asked", rows=3,
        required=False,
    )  # fmt: skip
    asked_by = TextField(
        label="Who asked them?",
        help_text="By role: “Their school nurse”.",
        called="who asked them, by role",
        required=False,
    )
    asked_on = DateField(label="When?", called="the date they were asked", latest=today, required=False)
    told = LongTextField(
        label="What were they told?",
        help_text="About the audit, what would be written down, and who would read it.",
        called="what they were told",
        rows=3,
        required=False,
    )
    agreed = YesNoField(label="Did they agree that it is used in this audit?", required=False)
    method = ChoiceField(label="How was it done?", choices=Method.choices, required=False)
    whose_words = ChoiceField(label="Whose words are these?", choices=Words.choices, required=False)
    like = LongTextField(label="What was it like for them?", required=False)
    listened = ChoiceField(label="Did somebody listen?", choices=Extent.choices, required=False)
    helped = LongTextField(label="Who helped, and what helped?", rows=3, required=False)
    better = ChoiceField(label="Did things get better?", choices=Extent.choices, required=False)
    change = LongTextField(label="What should be different?", rows=3, required=False)

    def __init__(self, data: Mapping[str, Any] | None, view: FamilyView | None = None) -> None:
        super().__init__(data)
        if data is None and view is not None:
            self.initial = {name: getattr(view, name) for name in self.fields}
            self.initial |= {"asked_on": view.day, "agreed": "yes" if view.agreed else "no"}

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.errors:
            return cleaned
        given, outcome = self.cleaned_data, self.cleaned_data["outcome"]
        words = [name for name in ("like", "helped", "change", "listened", "better") if given[name]]
        if outcome == Outcome.NOT_ASKED:
            self._need("why_not")
        else:
            self._need("asked_by", "asked_on")
        if outcome == Outcome.GAVE:
            self._need("told", "method", "whose_words")
            if given["agreed"] is None:
                self.add_error("agreed", "Say whether they agreed that it is used in this audit")
            if not any(given[name] for name in ("like", "helped", "change")):
                self.add_error("like", "Write down what they said, in at least one of the boxes")
        elif words:
            self.add_error(
                "outcome", "A view is written down below. Choose “They gave a view”, or take out what they did not say"
            )
        return cleaned

    def _need(self, *names: str) -> None:
        for name in names:
            if not self.cleaned_data[name]:
                called = {"method": "how it was done", "whose_words": "whose words these are"}.get(name)
                self.add_error(name, f"Say {called or self.fields[name].called}")  # type: ignore[attr-defined]

    def said(self) -> dict[str, Any]:
        """The fields of a view, as `record_view` takes them."""
        given = self.cleaned_data
        return {
            **given,
            "asked_on": given["asked_on"].isoformat() if given["asked_on"] else "",
            "agreed": bool(given["agreed"]),
        }
