from collections.abc import Sequence
from typing import Any

from maca.audits.models import Audit
from maca.cases.models import Case, DestructionReason, HoldReason
from maca.design import dates
from maca.design.forms import (
    CheckboxesField,
    ChoiceField,
    Form,
    LongTextField,
    NumberField,
    SelectField,
    TextField,
    YesNoField,
)
from maca.retention.models import CountedFrom, Period
from maca.retention.queries import Due, case_to_hold

LONGEST_MONTHS = 1_200


class PeriodForm(Form):
    """How long, counted from what, and why."""

    ends = YesNoField(label="Is there an end to how long it is kept?", called="whether there is an end")
    months = NumberField(
        label="How many months?",
        called="the number of months",
        help_text="For example, 36 for three years. Leave it empty where there is no end.",
        required=False,
        min_value=1,
        max_value=LONGEST_MONTHS,
        width=4,
    )
    counted_from = ChoiceField(label="Counted from what?", called="what it is counted from", choices=())
    reason = LongTextField(
        label="Why so long, and no longer?", called="the reason", rows=4, count_to=2_000, for_everybody=True
    )
    source = LongTextField(
        label="By what law, guidance or decision?",
        called="the source",
        help_text="If none sets a period, say so, and who decided.",
        rows=3,
        count_to=1_000,
        for_everybody=True,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = [(one.value, one.label[:1].upper() + one.label[1:]) for one in CountedFrom]
        self.fields["counted_from"].choices = words  # type: ignore[attr-defined]

    @staticmethod
    def initial_of(period: Period) -> dict[str, Any]:
        return {
            "ends": period.months is not None, "months": period.months, "counted_from": period.counted_from,
            "reason": period.reason, "source": period.source,
        }  # fmt: skip

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("ends") and given.get("months") is None and "months" not in self.errors:
            self.add_error("months", "Enter the number of months, or say that there is no end")
        if given.get("ends") is False:
            given["months"] = None
        return given


class HoldForm(Form):
    """What a legal hold is over, why, and who asked for it."""

    audit = SelectField(label="What does the hold cover?", called="what the hold covers")
    case = NumberField(
        label="Number of the case, if it covers one case alone",
        called="the number of the case",
        help_text="For example, 3 for Case 3. Leave it empty for everything of the audit.",
        required=False,
        min_value=1,
        max_value=10_000,
        width=3,
    )
    reason = ChoiceField(label="Why?", called="the reason", choices=HoldReason.choices)
    asked_by = TextField(
        label="Who has asked for it?",
        called="who has asked for it",
        help_text="The body and its reference, such as “HM Coroner for the county, letter of 3 May, ref. 114”. Name no "
        "child and no family.",
        max_length=300,
    )
    EVERYTHING = "everything"

    def __init__(self, *args: Any, audits: Sequence[Audit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.audits = {one.public_id: one for one in audits}
        self.fields["audit"].choices = [  # type: ignore[attr-defined]
            ("", "Choose one"), (self.EVERYTHING, "Everything of the partnership"),
            *((public_id, f"{one.title}, planned in {one.planned_at.year}") for public_id, one in self.audits.items()),
        ]  # fmt: skip

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        audit, number = self.audits.get(str(given.get("audit"))), given.get("case")
        found: Case | None = None
        if number and audit is None and given.get("audit"):
            self.add_error("case", "Choose the audit of the case, or leave its number empty")
        elif number and audit and (found := case_to_hold(audit, number)) is None:
            self.add_error("case", f"{audit.title} has no Case {number}")
        given["over"] = {"audit": audit, "case": found}
        return given


class EndHoldForm(Form):
    because = TextField(
        label="Why does it end?",
        called="why it ends",
        help_text="For example: the coroner wrote on 4 June that the inquest is over. Name no child and no family.",
        max_length=300,
    )


class DestroyDueForm(Form):
    """What of the due list is destroyed now."""

    chosen = CheckboxesField(label="What is destroyed?", called="what is destroyed", choices=())
    sure = TextField(label="To be sure, write “destroy”", called="“destroy”", width=10)

    def __init__(self, *args: Any, ready: Sequence[Due], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["chosen"]
        field.choices = [(one.code, f"{one.nomination.audit}, {one.label}: {one.what.lower()}") for one in ready]
        field.hints = {one.code: f"Due on {dates.date(one.due_on)}" for one in ready}

    def clean_sure(self) -> str:
        written = str(self.cleaned_data["sure"])
        if written.casefold().strip("“”\"' ") != "destroy":
            self.add_error("sure", "Write “destroy” to destroy what you have chosen, or go back")
        return written


class DestroyCaseForm(Form):
    # By its time it goes from the due list, where the schedule says when.
    reason = ChoiceField(
        label="Why is it destroyed?",
        choices=[one for one in DestructionReason.choices if one[0] != DestructionReason.RETENTION],
    )
    label = TextField(label="To be sure, write the label of the case", help_text="For example: Case 3")

    def __init__(self, *args: Any, expected: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.expected = expected

    def clean_label(self) -> str:
        written = str(self.cleaned_data["label"])
        if written.casefold().split() != self.expected.casefold().split():
            self.add_error("label", f"Write “{self.expected}” to destroy it, or go back")
        return written
