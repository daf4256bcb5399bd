from typing import Any

from maca.briefing.models import Briefing
from maca.design.forms import ChoiceField, DateField, Form, LinesField, LongTextField, NumberField, TextField
from maca.kernel.clock import today
from maca.learning.models import ReviewKind


class SaidBeforeForm(Form):
    text = LongTextField(
        label="What are you about to say?",
        called="what you are about to say",
        help_text="A finding, or a few words of one. Nothing of it is kept.",
        rows=3,
        max_length=2_000,
    )


class ReviewForm(Form):
    kind = ChoiceField(label="What kind of review is it?", called="the kind of review", choices=ReviewKind.choices)
    title = TextField(label="What is it called?", called="what it is called", max_length=300)
    year = NumberField(
        label="In which year was it published?", called="the year", min_value=1974, max_value=2100, width=4
    )
    published_by = TextField(
        label="Who published it?",
        called="who published it",
        help_text="A partnership, a board or an inspectorate; often another than yours.",
        max_length=200,
    )
    link = TextField(
        label="Where can it be read?",
        called="where it can be read",
        help_text="Its address, beginning with https://. Leave it empty if there is none.",
        required=False,
        max_length=500,
    )
    recommendations = LinesField(
        label="What does it recommend?",
        called="what it recommends",
        help_text="One recommendation on each line, in its own words and order. They are numbered as they stand.",
        rows=8,
        for_everybody=True,
    )

    def clean_link(self) -> str:
        link = str(self.cleaned_data["link"])
        if link and not link.startswith(("https://", "http://")):
            self.add_error("link", "Where it can be read must be an address that begins with https://")
        return link


class StrikeForm(Form):
    because = LongTextField(
        label="Why is it struck off?",
        called="why it is struck off",
        help_text="For example, that it stands on the register twice.",
        rows=2,
        max_length=500,
    )


class DiscussionForm(Form):
    team = TextField(
        label="Which team?",
        called="the team",
        help_text="Its name, and nobody’s: “Duty and assessment, north”.",
        max_length=120,
    )
    discussed_on = DateField(label="On which day did you talk about it?", called="the day")
    people = NumberField(label="How many of you were there?", called="how many of you were there", min_value=1,
                         max_value=500)  # fmt: skip
    change = LongTextField(
        label="What is one thing that will change?",
        called="the one thing that will change",
        help_text="Write nothing of any child or family, and nobody’s name.",
        rows=3,
        count_to=500,
        for_everybody=True,
    )

    def __init__(self, *args: Any, briefing: Briefing, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.published_on = briefing.published_on

    def clean_discussed_on(self) -> Any:
        day = self.cleaned_data["discussed_on"]
        if day > today():
            self.add_error("discussed_on", "The day must be today or earlier")
        elif self.published_on and day < self.published_on:
            self.add_error("discussed_on", "The day must be one since the briefing was published")
        return day
