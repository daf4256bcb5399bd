from typing import Any

from maca.briefing.value import Finding, Heading, SixSteps
from maca.design.forms import Form, LinesField, LongTextField


class ThemeForm(Form):
    lines = LinesField(label="Theme / Cases", help_text="One point a line.", rows=6)


class ProcessForm(Form):
    """The lines of the process. One that asks questions can be reworded but not left out."""

    def __init__(self, *args: Any, value: SixSteps, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.count = len(value.process)
        for index, line in enumerate(value.process):
            self.fields[f"line-{index}"] = LongTextField(
                label=f"Line {index + 1}",
                help_text=f"The questions to {'each agency' if line.asks == 'agency' else 'the panel'} follow it."
                if line.asks
                else "Leave empty to take it out.",
                initial=line.text,
                required=line.asks is not None,
                rows=3,
            )

    def texts(self) -> list[str]:
        return [self.cleaned_data[f"line-{index}"] for index in range(self.count)]


class FindingsForm(Form):
    """The findings under one heading, each in a box of its own so that it keeps its tie to the panel’s record."""

    def __init__(self, *args: Any, value: SixSteps, heading: Heading, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.findings = [finding for finding in value.findings if finding.heading is heading]
        seen: dict[str | None, int] = {}
        for index, finding in enumerate(self.findings):
            seen[finding.case] = seen.get(finding.case, 0) + 1
            self.fields[f"finding-{index}"] = LongTextField(
                label=f"{finding.case or 'The whole audit'}, point {seen[finding.case]}",
                initial=finding.text,
                required=False,
                rows=2,
            )

    def edited(self) -> list[Finding]:
        """The findings as they now read; an emptied one is left out of the briefing, not of the record."""
        return [
            Finding(finding.heading, finding.case, text, finding.ref)
            for index, finding in enumerate(self.findings)
            if (text := self.cleaned_data[f"finding-{index}"])
        ]


class SendBackForm(Form):
    because = LongTextField(label="What has to change?", rows=4)
