from collections.abc import Mapping
from typing import Any

from maca.design.forms import ChoiceField, DateField, Form, LongTextField
from maca.feedback.models import Decision, Facts
from maca.kernel.clock import is_working_day, today
from maca.panel.models import Finding


class AskForm(Form):
    due_on = DateField(
        label="By when are the agencies to answer?",
        called="the day to answer by",
        help_text="Five working days are usual.",
    )

    def clean_due_on(self) -> Any:
        day = self.cleaned_data["due_on"]
        if day <= today():
            self.add_error("due_on", "The day to answer by must be after today")
        elif not is_working_day(day):
            self.add_error("due_on", "The day to answer by must be a working day")
        return day


class FactCheckForm(Form):
    """For each finding what is wrong with it, if anything; and then whether the facts are right."""

    answer = ChoiceField(
        label="Are the facts right?",
        called="whether the facts are right",
        choices=[
            (Facts.RIGHT, "Yes, all of them"),
            (Facts.WRONG, "No, some are wrong: I have said above which"),
        ],
    )

    def __init__(self, *args: Any, findings: Mapping[Finding, int], something_is_decided: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.findings = findings
        self.something_is_decided = something_is_decided
        for one, number in findings.items():
            self.fields[self.name_of(one)] = LongTextField(
                label=f"What is wrong with finding {number}, and what does your record say?",
                called=f"what is wrong with finding {number}",
                help_text=(
                    "By role and never by name."
                    if one.case_id
                    else "This finding is about the audit as a whole. Write nothing of any case here: it is not sealed."
                ),
                rows=4,
                required=False,
            )

    @staticmethod
    def name_of(finding: Finding) -> str:
        return f"wrong-{finding.public_id}"

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        answer, wrong = given.get("answer"), self.wrong()
        if answer == Facts.RIGHT and wrong:
            self.add_error(
                "answer", "You have written that something is wrong. Choose “No”, or take out what you wrote"
            )
        if answer == Facts.WRONG and not wrong and not self.something_is_decided:
            self.add_error("answer", "Say above which finding is wrong, and what your record says")
        return given

    def wrong(self) -> dict[Finding, str]:
        """What the operation takes."""
        said = {one: self.cleaned_data.get(self.name_of(one), "") for one in self.findings}
        return {one: words for one, words in said.items() if words}


class DecideForm(Form):
    decision = ChoiceField(label="What do you decide?", called="what you decide", choices=Decision.choices)
    text = LongTextField(
        label="What the finding is to say",
        called="the finding",
        help_text="By role and never by a person’s name. What it says now is kept, and shown below it.",
        rows=3,
        for_everybody=True,
    )
    reason = LongTextField(
        label="Why?",
        called="why",
        help_text="The agency reads this. It has to be said where the finding stands as it is.",
        rows=3,
        required=False,
    )

    def __init__(self, data: Mapping[str, Any] | None, finding: Finding, *, is_current: bool) -> None:
        super().__init__(data, initial={"text": finding.text})
        self.finding, self.is_current = finding, is_current
        if finding.case_id is None:
            self.fields["reason"].help_text += " Write nothing of any case here: it is not sealed."

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return given
        if not self.is_current:  # the finding has been reworded since the form was opened, and both are shown
            return given
        is_new = given["text"].strip() != self.finding.text.strip()
        if given["decision"] == Decision.REWORDED and not is_new:
            self.add_error("text", "Write what the finding is to say, or choose that it stands as it is")
        if given["decision"] == Decision.STANDS:
            if is_new:
                self.add_error("decision", "You have changed the wording. Choose “The finding is reworded”")
            elif not given["reason"]:
                self.add_error("reason", "Say why the finding stands as it is")
        return given


class NoteForm(Form):
    opening = LongTextField(
        label="A sentence or two to begin with",
        called="the sentence to begin with",
        help_text="By role and never by a person’s name. The findings below follow it as they stand.",
        rows=4,
    )


class ReplyForm(Form):
    words = LongTextField(
        label="Your answer",
        called="your answer",
        help_text="The chair and the business manager read it, with your post. By role and never by a person’s name.",
        rows=5,
    )
