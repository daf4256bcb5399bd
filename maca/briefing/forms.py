import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from maca.briefing.value import Finding, Heading, ProcessLine, SixSteps
from maca.design.forms import Form, LinesField, LongTextField


class ThemeForm(Form):
    lines = LinesField(label="Theme / Cases", help_text="One point a line.", rows=6, for_everybody=True)


def _tied(text: str) -> str:
    """A name for a point that stays its own when another point before it goes."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class ProcessForm(Form):
    """The lines of the process. One that asks questions can be reworded but not left out."""

    def __init__(self, *args: Any, value: SixSteps, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = {f"line-{_tied(line.text)}": line for line in value.process}
        for number, (name, line) in enumerate(self.lines.items(), start=1):
            asked = "each agency" if line.asks == "agency" else "the panel"
            self.fields[name] = LongTextField(
                label=f"Line {number}",
                help_text=f"The questions to {asked} follow it." if line.asks else "Leave empty to take it out.",
                initial=line.text,
                required=line.asks is not None,
                rows=3,
                for_everybody=True,
            )

    def edited(self) -> list[ProcessLine]:
        """The lines as they now read; an emptied one is taken out."""
        return [replace(line, text=text) for name, line in self.lines.items() if (text := self.cleaned_data[name])]


class FindingsForm(Form):
    """The findings under one heading, each in a box of its own, named by the finding of the panel it rests on.

    `closed` are the labels of the cases whose findings whoever edits may not change: they have no box, and stay.
    `not_agreed` names the agencies that do not agree with a finding, by its reference.
    """

    def __init__(
        self,
        *args: Any,
        value: SixSteps,
        heading: Heading,
        closed: Collection[str] = (),
        not_agreed: Mapping[str, Sequence[str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        findings = [finding for finding in value.findings if finding.heading is heading]
        self.findings = {f"finding-{finding.ref or _tied(finding.text)}": finding for finding in findings}
        seen: dict[str | None, int] = {}
        for name, finding in self.findings.items():
            if finding.case in closed:
                continue
            seen[finding.case] = seen.get(finding.case, 0) + 1
            agencies = not_agreed.get(finding.ref or "", ())
            self.fields[name] = LongTextField(
                label=f"{finding.case or 'The whole audit'}, point {seen[finding.case]}",
                help_text=f"At the panel, not agreed by {' and '.join(agencies)}." if agencies else "",
                initial=finding.text,
                required=False,
                rows=2,
                for_everybody=True,
            )

    def edited(self) -> list[Finding]:
        """The findings as they now read; an emptied one is left out of the briefing, not of the record.

        One that was not in the form when it was sent, because a colleague has put it in since, or because it is
        not theirs to change, stays.
        """
        texts = {
            name: self.cleaned_data[name] if name in self.data and name in self.fields else finding.text
            for name, finding in self.findings.items()
        }
        return [replace(finding, text=texts[name]) for name, finding in self.findings.items() if texts[name]]


class SendBackForm(Form):
    because = LongTextField(label="What has to change?", rows=4)
