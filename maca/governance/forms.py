from typing import Any

from maca.design.forms import ChoiceField, DateField, Form, SelectField, TextField
from maca.partnership.models import Person


class FilterForm(Form):
    """What part of the journal to show. Sent as part of the address; it changes nothing."""

    by = SelectField(label="Person", required=False)
    day = DateField(label="Day", required=False, help_text="For example, 24 11 2026", called="the day")
    kind = ChoiceField(
        label="Kind",
        required=False,
        inline=True,
        choices=[("", "Both"), ("reading", "Readings"), ("change", "Changes")],
    )
    case = TextField(label="Case", required=False, width=10, max_length=20, help_text="For example, Case 3")

    def __init__(self, *args: Any, people: list[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["by"].choices = [("", "Everybody"), *((one.public_id, str(one)) for one in people)]  # type: ignore[attr-defined]
