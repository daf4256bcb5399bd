from collections.abc import Mapping, Sequence
from typing import Any

from maca.design.forms import ChoiceField, DateField, Form, LongTextField
from maca.feedback.models import Decision, Facts
from maca.kernel.clock import is_working_day, today
from maca.panel.codebook import CodeBook
from maca.panel.forms import TagsForm
from maca.panel.models import Finding
from maca.partnership.models import Agency


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

    def __init__(self, *args: Any, findings: Mapping[Finding, int], something_stands: bool, **kwargs: Any) -> None:
        """`something_stands` where the agency disputes a finding of which there is no field: decided, or put right."""
        super().__init__(*args, **kwargs)
        self.findings = findings
        self.something_stands = something_stands
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
        # Of a finding that is no longer asked about there is no field: what they wrote of it is shown to them beside.
        is_gone = any(one.startswith("wrong-") and one not in self.fields and self.data[one] for one in self.data)
        if answer == Facts.WRONG and not wrong and not self.something_stands and not is_gone:
            self.add_error("answer", "Say above which finding is wrong, and what your record says")
        return given

    def wrong(self) -> dict[Finding, str]:
        """What the operation takes."""
        said = {one: self.cleaned_data.get(self.name_of(one), "") for one in self.findings}
        return {one: words for one, words in said.items() if words}


def tags_of(finding: Finding) -> dict[str, Any]:
    """What a finding is about, as a form shows it."""
    slugs = [one.slug for one in finding.agencies.all()]
    return {"agencies": slugs, "themes": finding.themes, "causes": finding.causes}


class DecideForm(TagsForm):
    field_order = ["decision", "text", "reason"]

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
        help_text="The agency reads this. It has to be said where the finding stands as it is, or is withdrawn.",
        rows=3,
        required=False,
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        finding: Finding,
        *,
        agencies: Sequence[Agency],
        book: CodeBook,
        disputing: Sequence[Agency],
        is_current: bool,
    ) -> None:
        """`disputing` are the agencies that have a dispute of the finding open."""
        super().__init__(data, initial={"text": finding.text, **tags_of(finding)})
        self.offer(agencies, book, finding.text)
        self.finding, self.is_current = finding, is_current
        names = ", ".join(one.name for one in disputing)
        self.fields["reason"].help_text += f" If it is withdrawn, each agency that disputes it reads this: {names}."
        if finding.case_id is None:
            self.fields["reason"].help_text += " Write nothing of any case here: it is not sealed."

    @property
    def corrects(self) -> bool:
        """Whether what the finding is about is another than it was."""
        return any(set(self.cleaned_data[name]) != set(were) for name, were in tags_of(self.finding).items())

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return given
        if not self.is_current:  # the finding has been changed since the form was opened, and both are shown
            return given
        is_new = given["text"].strip() != self.finding.text.strip() or self.corrects
        if given["decision"] == Decision.REWORDED:
            if not is_new:
                self.add_error("text", "Write what the finding is to say, or choose that it stands as it is")
        elif is_new:
            self.add_error("decision", "You have changed the finding. Choose “The finding is changed”")
        elif not given["reason"]:
            what = "stands as it is" if given["decision"] == Decision.STANDS else "is withdrawn"
            self.add_error("reason", f"Say why the finding {what}")
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
