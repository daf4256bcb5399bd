"""Forms in the GOV.UK style: fields that say what went wrong in our words, and one template that draws them.

A form's text is put in order on the way in; what could not be kept is said (`Form.notices`).
"""

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.forms.renderers import Jinja2
from django.template.loader import get_template
from django.utils.safestring import SafeString

from maca.design import dates
from maca.kernel.text import normalise, says_nothing, what_turns

LONGEST_LINE = 500
LONGEST_TEXT = 200_000
MOST_LINES = 500
DATE_PARTS = ("day", "month", "year")
MONTHS = [dt.date(2000, month, 1).strftime("%B").lower() for month in range(1, 13)]

PASSED_ON = ("autocomplete", "inputmode", "spellcheck", "rows", "pattern", "autocapitalize")
# A maxlength would cut off what is pasted without a word; the form says it instead.
DRAWN_BY_THE_MACRO = {*PASSED_ON, "class", "id", "cols", "type", "maxlength", "minlength", "required"}


class Asked(BoundField):
    """A field as a GOV.UK component: `component` names the macro, `parameters()` is what it is given."""

    heading = False

    @property
    def data(self) -> Any:
        """What was sent, with its text put in order."""
        return _in_order(super().data, lambda name: None)

    @property
    def dropped(self) -> list[str]:
        """The names of the characters that were sent and could not be kept."""
        names: list[str] = []
        if not isinstance(self.field.widget, forms.PasswordInput):
            _in_order(super().data, names.append)
        return names

    @property
    def called(self) -> str:
        """The label as it stands within a sentence."""
        return getattr(self.field, "called", None) or _within_a_sentence(str(self.label))

    @property
    def component(self) -> str:
        """Which GOV.UK component draws this field; it follows from the widget."""
        widget = self.field.widget
        if isinstance(widget, forms.Textarea):
            return "character-count" if getattr(self.field, "count_to", None) else "textarea"
        return next((name for kind, name in COMPONENTS if isinstance(widget, kind)), "input")

    @property
    def first_id(self) -> str:
        """The id of the first box to go to from the error summary."""
        if isinstance(self.field.widget, DateWidget):
            return f"{self.auto_id}-{self._date_parts_in_error()[0]}"
        return str(self.auto_id)

    def as_field_group(self, heading: bool = False) -> SafeString:
        """Draw the label, hint, error and input. With `heading`, the label is the page's h1."""
        self.heading = heading
        return self.render()

    def get_context(self) -> dict[str, Any]:
        return {"field": self, "component": self.component, "params": self.parameters()}

    def parameters(self) -> dict[str, Any]:
        """The parameters of this field's GOV.UK macro."""
        widget = self.field.widget
        attributes = {
            name: value
            for name, value in widget.attrs.items()
            if name not in DRAWN_BY_THE_MACRO and value is not None and value is not False
        }
        params: dict[str, Any] = {
            "id": self.auto_id,
            "name": self.html_name,
            "attributes": attributes,
            "classes": widget.attrs.get("class", ""),
        }
        params |= {name: widget.attrs[name] for name in PASSED_ON if name in widget.attrs}
        if self.help_text:
            params["hint"] = {"text": self.help_text}
        if self.errors:
            params["errorMessage"] = {"text": self.errors[0]}
        return params | self._own_parameters(widget)

    def _own_parameters(self, widget: forms.Widget) -> dict[str, Any]:
        label = self._question("govuk-label")
        legend = self._question("govuk-fieldset__legend")
        if isinstance(widget, forms.CheckboxInput):
            # One box: its label says it all, so there is no legend.
            item = {"value": "on", "text": self.label, "checked": bool(self.value())}
            return {"idPrefix": self.auto_id, "items": [item]}
        if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
            inline = "govuk-radios--inline" if getattr(self.field, "inline", False) else ""
            many = "govuk-checkboxes--small maca-checkboxes--columns" if getattr(self.field, "many", False) else ""
            return self._options(widget) | {
                "fieldset": {"legend": legend},
                "idPrefix": self.auto_id,
                "classes": inline or many,
            }
        if isinstance(widget, forms.Select):
            return self._options(widget) | {"label": label}
        if isinstance(widget, DateWidget):
            return {
                "fieldset": {"legend": legend},
                "namePrefix": self.html_name,
                "items": self._date_boxes(widget),
                "attributes": {},
            }
        if isinstance(widget, forms.PasswordInput | forms.FileInput):
            # What was typed or chosen is never sent back.
            return {"label": label}
        value = widget.format_value(self.value())
        text = "" if value is None else str(value)
        if isinstance(widget, forms.Textarea):
            # HTML drops the first line break inside a textarea, so one that was written needs another.
            text = "\n" + text if text.startswith(("\n", "\r")) else text
            return {"label": label, "value": text, "maxlength": getattr(self.field, "count_to", None)}
        return {"label": label, "value": text, "type": getattr(widget, "input_type", "text")}

    def _question(self, component: str) -> dict[str, Any]:
        return {
            "text": self.label,
            "classes": f"{component}--{'l' if self.heading else 'm'}",
            "isPageHeading": self.heading,
        }

    def _options(self, widget: forms.Select | forms.RadioSelect) -> dict[str, Any]:
        chosen = widget.format_value(self.value())
        hints = getattr(self.field, "hints", {})
        items = []
        for option in widget.options(self.html_name, chosen):
            value = str(option["value"])
            item = {"value": value, "text": option["label"]}
            item["selected" if self.component == "select" else "checked"] = option["selected"]
            if hint := hints.get(value):
                item["hint"] = {"text": hint}
            items.append(item)
        return {"items": items}

    def _date_boxes(self, widget: "DateWidget") -> list[dict[str, Any]]:
        in_error = self._date_parts_in_error() if self.errors else ()
        value = self.value()
        # The macro puts the name's prefix in front itself, and the id's.
        return [
            {
                "name": part,
                "value": text,
                "classes": f"govuk-input--width-{'4' if part == 'year' else '2'}"
                + (" govuk-input--error" if part in in_error else ""),
                "autocomplete": f"bday-{part}" if widget.attrs.get("autocomplete") == "bday" else None,
            }
            for part, text in zip(DATE_PARTS, widget.format_value(value), strict=True)
        ]

    def _date_parts_in_error(self) -> Sequence[str]:
        for error in self.errors.as_data():
            if str(error.code).startswith("date-"):
                return str(error.code).split("-")[1:]
        return DATE_PARTS


def _in_order(value: Any, drop: Callable[[str], None]) -> Any:
    if isinstance(value, str):
        kept, dropped = normalise(value)
        for name in dropped:
            drop(name)
        return kept
    if isinstance(value, list | tuple):
        return type(value)(_in_order(part, drop) for part in value)
    return value


def _within_a_sentence(label: str) -> str:
    """The label with a small first letter, unless it is an acronym such as “NHS number”."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


class DateWidget(forms.Widget):
    """Three boxes, `<name>-day`, `<name>-month` and `<name>-year`, as the GOV.UK date input has them."""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> tuple[str, ...] | None:
        if self.value_omitted_from_data(data, files, name):
            return None
        return tuple(str(data.get(f"{name}-{part}", "")) for part in DATE_PARTS)

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return not any(f"{name}-{part}" in data for part in DATE_PARTS)

    def format_value(self, value: Any) -> tuple[str, str, str]:
        if isinstance(value, dt.date):
            return str(value.day), str(value.month), str(value.year)
        day, month, year = value or ("", "", "")
        return day, month, year


# In this order: the first kind that fits names the component. All else is a plain input.
COMPONENTS: list[tuple[type[forms.Widget], str]] = [
    (DateWidget, "date-input"),
    (forms.PasswordInput, "password-input"),
    (forms.FileInput, "file-upload"),
    (forms.CheckboxSelectMultiple, "checkboxes"),
    (forms.RadioSelect, "radios"),
    (forms.CheckboxInput, "checkboxes"),
    (forms.Select, "select"),
]


class GovukRenderer(Jinja2):
    """Draws forms and fields with the GOV.UK macros; `settings.FORM_RENDERER` names it."""

    form_template_name = "design/form.html"
    field_template_name = "design/field.html"
    bound_field_class = Asked

    def get_template(self, template_name: str) -> Any:
        """Ours come from the site's own templates; Django's own (hidden inputs) from Django."""
        if template_name.startswith("django/"):
            return super().get_template(template_name)
        return get_template(template_name)


class Form(forms.Form):
    """The form that every form of ours is."""

    use_required_attribute = False
    bound_field_class = Asked

    @property
    def notices(self) -> list[str]:
        """A sentence for each field that held characters which cannot be kept."""
        if not self.is_bound:
            return []
        return [_notice(field) for field in self if isinstance(field, Asked) and field.dropped]

    def full_clean(self) -> None:
        for field in self:
            if isinstance(field, Asked):
                _say_it_our_way(field)
        super().full_clean()

    def in_words(self, name: str) -> str:
        """What a field holds, as a person would read it: a choice by its label, a date in full."""
        field = self[name]
        value = field.value()
        widget = field.field.widget
        if isinstance(widget, DateWidget):
            try:
                return dates.date(field.field.to_python(value))
            except ValidationError:
                return " ".join(widget.format_value(value)).strip()
        if isinstance(widget, forms.CheckboxInput):
            return "Yes" if value else "No"
        if isinstance(widget, forms.Select | forms.RadioSelect | forms.CheckboxSelectMultiple):
            options = widget.options(field.html_name, widget.format_value(value))
            return "\n".join(str(option["label"]) for option in options if option["selected"])
        text = widget.format_value(value)
        return "" if text is None else str(text)


def problems(form: forms.BaseForm) -> list[dict[str, str]]:
    """What the error summary lists: the first error of each field that has one, in the order of the page."""
    found = [{"text": str(error)} for error in form.non_field_errors()]
    for field in form:
        if field.errors:
            problem = {"text": str(field.errors[0])}
            if isinstance(field, Asked) and not field.is_hidden:
                problem["href"] = f"#{field.first_id}"
            found.append(problem)
    return found


def _notice(field: Asked) -> str:
    names = Counter(field.dropped)
    total = sum(names.values())
    which = ", ".join(f"{name} × {count}" if count > 1 else name for name, count in sorted(names.items()))
    characters = "1 character" if total == 1 else f"{total:,} characters"
    return f"We took out {characters} that cannot be kept ({which}) from “{field.label}”."


def _say_it_our_way(field: Asked) -> None:
    """Give a field our sentences, made from its label, wherever it has none of its own."""
    asked = field.field
    if isinstance(asked, Worded) and asked.called is None:
        asked.called = field.called
    usual: dict[str, Any] = {}
    for kind in reversed(type(asked).__mro__):
        usual |= getattr(kind, "default_error_messages", {})
    for code, sentence in _sentences(field).items():
        if str(asked.error_messages.get(code, "")) == str(usual.get(code, "")):
            asked.error_messages[code] = sentence


def _sentences(field: Asked) -> dict[str, str]:
    called = field.called
    question = str(field.label).rstrip().endswith("?") and called == _within_a_sentence(str(field.label))
    # Django fills in the sentences that state a limit with the % operator.
    it = ("Your answer" if question else _begins_a_sentence(called)).replace("%", "%%")
    required = f"Answer “{field.label}”" if question else f"Enter {called}"
    if field.component in ("radios", "select", "checkboxes", "file-upload"):
        required = f"Select an answer to “{field.label}”" if question else f"Select {called}"
    if isinstance(field.field.widget, forms.CheckboxInput):
        required = f"Tick “{field.label}” to go on"
    limit = getattr(field.field, "max_length", None) or 0
    sentences = {
        "required": required,
        "max_length": f"{it} must be {limit:,} characters or fewer. It has %(show_value)d now",
        "min_length": f"{it} must be %(limit_value)d characters or more",
        "min_value": f"{it} must be %(limit_value)s or more",
        "max_value": f"{it} must be %(limit_value)s or less",
        "invalid_choice": "Select one of the answers offered",
    }
    if isinstance(field.field, forms.IntegerField):
        sentences["invalid"] = f"{_begins_a_sentence(called)} must be a whole number"
    if isinstance(field.field, forms.EmailField):
        sentences["invalid"] = "Enter an email address in the correct format, like name@example.com"
    if isinstance(field.field, forms.FileField):
        sentences |= {"empty": "The file you selected is empty", "missing": required, "invalid": required}
    return sentences


def _begins_a_sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


class Worded(forms.Field):
    """A field of ours. `called` is what error messages call it: “the theme of this audit”."""

    def __init__(self, *, called: str | None = None, **kwargs: Any) -> None:
        self.called = called
        super().__init__(**kwargs)


def _refuse_what_turns(field: Worded, value: str) -> None:
    called = field.called or "this"
    it = f"Your answer to “{field.label}”" if called.endswith("?") else _begins_a_sentence(called)
    if sentence := what_turns(value, it):
        raise ValidationError(sentence, code="turns")


class TextField(Worded, forms.CharField):
    """One line of text. `width` is the width of the box in characters: 2, 3, 4, 5, 10, 20 or 30."""

    def __init__(self, *, width: int | None = None, autocomplete: str | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", LONGEST_LINE)
        super().__init__(**kwargs)
        if width:
            self.widget.attrs["class"] = f"govuk-input--width-{width}"
        if autocomplete:
            self.widget.attrs["autocomplete"] = autocomplete

    def to_python(self, value: Any) -> Any:
        text = " ".join(str(super().to_python(value)).splitlines())
        return "" if says_nothing(text) else text

    def validate(self, value: Any) -> None:
        super().validate(value)
        _refuse_what_turns(self, value)


class EmailField(Worded, forms.EmailField):
    """An email address."""

    def __init__(self, *, autocomplete: str = "email", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs |= {"autocomplete": autocomplete, "spellcheck": False}


class PasswordField(Worded, forms.CharField):
    """A password: spaces count, and letters are composed, so that the same keys are the same password.

    `autocomplete` is “new-password” where one is chosen.
    """

    def __init__(self, *, autocomplete: str = "current-password", **kwargs: Any) -> None:
        usual: dict[str, Any] = {
            "called": "your password",
            "strip": False,
            "max_length": LONGEST_LINE,
            "widget": forms.PasswordInput,
        }
        super().__init__(**usual | kwargs)
        self.widget.attrs |= {"autocomplete": autocomplete, "class": "govuk-!-width-one-half"}


class NumberField(Worded, forms.IntegerField):
    """A whole number, typed into a plain box: number boxes change when somebody scrolls."""

    def __init__(self, *, width: int = 4, **kwargs: Any) -> None:
        attrs = {"inputmode": "numeric", "class": f"govuk-input--width-{width}"}
        usual: dict[str, Any] = {"widget": forms.TextInput(attrs=attrs)}
        super().__init__(**usual | kwargs)


class LongTextField(Worded, forms.CharField):
    """Text of many lines, kept as written. With `count_to`, the page counts the characters left to it.

    What is going to be published, `for_everybody`, holds nothing that turns its letters round: somebody’s account of
    what happened is kept with it, and shown for what it is.
    """

    def __init__(
        self, *, rows: int = 5, count_to: int | None = None, for_everybody: bool = False, **kwargs: Any
    ) -> None:
        usual: dict[str, Any] = {
            "strip": False,
            "max_length": count_to or LONGEST_TEXT,
            "widget": forms.Textarea,
        }
        super().__init__(**usual | kwargs)
        self.count_to, self.for_everybody = count_to, for_everybody
        self.widget.attrs["rows"] = rows

    def validate(self, value: Any) -> None:
        super().validate(value)
        if self.for_everybody:
            _refuse_what_turns(self, value)

    def to_python(self, value: Any) -> Any:
        text = str(super().to_python(value))
        return "" if says_nothing(text) else text


class LinesField(LongTextField):
    """One thing a line; cleans to a tuple without the blank lines."""

    def clean(self, value: Any) -> Any:
        kept = tuple(line.strip() for line in super().clean(value).splitlines() if line.strip())
        if len(kept) > MOST_LINES:
            raise ValidationError(
                f"{_begins_a_sentence(self.called or 'this')} must be {MOST_LINES} lines or fewer",
                code="too_many",
            )
        return kept

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class ChoiceField(Worded, forms.ChoiceField):
    """One of a few, as radios. `hints` maps a choice to its hint; `inline` is for two short ones."""

    def __init__(self, *, hints: Mapping[str, str] | None = None, inline: bool = False, **kwargs: Any) -> None:
        usual: dict[str, Any] = {"widget": forms.RadioSelect}
        super().__init__(**usual | kwargs)
        self.hints = dict(hints or {})
        self.inline = inline


class SelectField(Worded, forms.ChoiceField):
    """One of many, as a drop-down list that starts with nothing chosen."""

    def __init__(self, *, choices: Any = (), **kwargs: Any) -> None:
        super().__init__(choices=_with_nothing_first(choices), **kwargs)


def _with_nothing_first(choices: Any) -> Any:
    if callable(choices):
        return lambda: [("", "Choose one"), *choices()]
    return [("", "Choose one"), *choices]


class CheckboxesField(Worded, forms.MultipleChoiceField):
    """Any number of a few, as checkboxes; cleans to a list of the values. `many` are small, in two columns."""

    def __init__(self, *, hints: Mapping[str, str] | None = None, many: bool = False, **kwargs: Any) -> None:
        usual: dict[str, Any] = {"widget": forms.CheckboxSelectMultiple}
        super().__init__(**usual | kwargs)
        self.hints, self.many = dict(hints or {}), many


class YesField(Worded, forms.BooleanField):
    """One box to tick: a confirmation, which must be ticked unless `required=False`."""


class YesNoField(ChoiceField):
    """Yes or no, as two radios; cleans to True or False, or None when not asked for and not given."""

    def __init__(self, **kwargs: Any) -> None:
        usual: dict[str, Any] = {"choices": [("yes", "Yes"), ("no", "No")], "inline": True}
        super().__init__(**usual | kwargs)

    def prepare_value(self, value: Any) -> Any:
        return {True: "yes", False: "no"}.get(value, value)

    def clean(self, value: Any) -> Any:
        return {"yes": True, "no": False}.get(super().clean(value))


class FileField(Worded, forms.FileField):
    """A file. `accept` only helps people to choose: what a file is follows from what is in it."""

    def __init__(self, *, accept: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs["accept"] = accept


TIME = re.compile(r"(\d{1,2})(?:[:.]?(\d{2}))?\s*(am|pm)?", re.IGNORECASE)


def time_of(text: str) -> dt.time | None:
    """“14:30”, “2.30pm”, “1430” and “9am” as a time of day; None for what is none."""
    if not (found := TIME.fullmatch(text.strip())):
        return None
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").lower()
    if not half and found[2] is None:
        return None
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    return dt.time(hour, minute) if hour < 24 and minute < 60 else None


class TimeField(TextField):
    """A time of day in London; cleans to a `datetime.time`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(width=5, **{"help_text": "For example, 9:30 or 2:30pm", **kwargs})

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        if (at := time_of(text)) is None:
            raise ValidationError("Write the time like 14:30 or 2:30pm", code="invalid")
        return at

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%H:%M}" if isinstance(value, dt.time) else value


class DateField(Worded, forms.Field):
    """A date in three boxes; the month may be a name. `earliest` and `latest` may be functions."""

    widget = DateWidget

    def __init__(
        self,
        *,
        earliest: dt.date | Callable[[], dt.date] | None = None,
        latest: dt.date | Callable[[], dt.date] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.earliest = earliest
        self.latest = latest

    def to_python(self, value: Any) -> dt.date | None:
        if value is None or isinstance(value, dt.date):
            return value
        given = dict(zip(DATE_PARTS, (part.strip() for part in value), strict=True))
        missing = [part for part, text in given.items() if not text]
        if len(missing) == len(DATE_PARTS):
            return None
        it = _begins_a_sentence(self.called or "the date")
        if missing:
            raise ValidationError(f"{it} must include a {' and '.join(missing)}", code="-".join(["date", *missing]))
        given["month"] = str(_month(given["month"]))
        if len(given["year"]) != 4:
            raise ValidationError("Year must include 4 numbers", code="date-year")
        wrong = [part for part, text in given.items() if not _is_number(text)]
        if not wrong:
            day, month, year = (int(text) for text in given.values())
            try:
                return dt.date(year, month, day)
            except ValueError:
                wrong = list(DATE_PARTS) if 1 <= month <= 12 else ["month"]
        raise ValidationError(f"{it} must be a real date", code="-".join(["date", *wrong]))

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is None:
            return
        it = _begins_a_sentence(self.called or "the date")
        earliest = self.earliest() if callable(self.earliest) else self.earliest
        latest = self.latest() if callable(self.latest) else self.latest
        if earliest and value < earliest:
            raise ValidationError(f"{it} must be {dates.date(earliest)} or later", code="date-day-month-year")
        if latest and value > latest:
            raise ValidationError(f"{it} must be {dates.date(latest)} or earlier", code="date-day-month-year")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 4


def _month(text: str) -> str | int:
    """“3”, “Mar” and “March” are the same month."""
    named = text.lower().rstrip(".")
    named_months = (at for at, month in enumerate(MONTHS, 1) if month.startswith(named))
    return next(named_months, text) if len(named) > 2 else text
