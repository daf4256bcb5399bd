"""Each kind of field: plain, with a hint, with an error, and with what people (or attackers) type."""

import datetime as dt
from html.parser import HTMLParser
from typing import Any

import pytest
from django import forms as django_forms
from django.contrib.auth.forms import AuthenticationForm
from django.forms import Field

from maca.design import forms
from maca.design.forms import problems

SCRIPT = "<script>alert(1)</script>"
CHOICES = [("a", "First"), ("b", SCRIPT)]
FIELDS: dict[str, type[Field]] = {
    "govuk-input": forms.TextField,
    "govuk-textarea": forms.LongTextField,
    "govuk-radios": forms.ChoiceField,
    "govuk-select": forms.SelectField,
    "govuk-checkboxes": forms.CheckboxesField,
    "govuk-date-input": forms.DateField,
    "govuk-password-input": forms.PasswordField,
    "govuk-file-upload": django_forms.FileField,
}


def form_of(data: dict[str, Any] | None = None, **fields: Field) -> forms.Form:
    made: forms.Form = type("AForm", (forms.Form,), dict(fields))(data)
    return made


def kind(field: type[Field], **options: Any) -> Field:
    if issubclass(field, forms.ChoiceField | forms.SelectField | forms.CheckboxesField):
        options["choices"] = CHOICES
    return field(**options)


class Page(HTMLParser):
    """The ids on a page, and those that its inputs say describe them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.described: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if found.get("id"):
            self.ids.append(str(found["id"]))
        self.described += str(found.get("aria-describedby") or "").split()


@pytest.mark.parametrize(("component", "field"), FIELDS.items())
def test_a_field_is_drawn_as_its_component_with_hint_and_error(component: str, field: type[Field]) -> None:
    plain = form_of(thing=kind(field, label=f"Thing {SCRIPT}"))["thing"].as_field_group()
    assert component in plain
    assert "govuk-error-message" not in plain
    assert 'govuk-hint"' not in plain
    hinted = form_of(thing=kind(field, label="Thing", help_text=f"Hint {SCRIPT}"))["thing"].as_field_group()
    assert 'id="id_thing-hint"' in hinted
    wrong = form_of({}, thing=kind(field, label="Thing", help_text="Hint"))
    drawn = wrong["thing"].as_field_group()
    assert 'id="id_thing-error"' in drawn
    assert "govuk-form-group--error" in drawn
    assert SCRIPT not in plain + hinted + drawn
    page = Page(drawn)
    assert {"id_thing-hint", "id_thing-error"} <= set(page.described) <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))
    assert problems(wrong)[0]["href"].lstrip("#") in page.ids


@pytest.mark.parametrize("field", [forms.TextField, forms.LongTextField, forms.LinesField, forms.DateField])
def test_what_was_typed_comes_back_escaped(field: type[Field]) -> None:
    data = {"thing": SCRIPT, "thing-day": SCRIPT, "thing-month": SCRIPT, "thing-year": SCRIPT}
    drawn = form_of(data, thing=field())["thing"].as_field_group()
    assert SCRIPT not in drawn
    assert "&lt;script&gt;" in drawn


def test_a_password_is_never_sent_back() -> None:
    form = form_of({"thing": "correct horse"}, thing=forms.PasswordField())
    assert "correct horse" not in form["thing"].as_field_group()


def test_the_label_can_be_the_heading_of_the_page() -> None:
    for field in (forms.TextField(), forms.DateField()):
        form = form_of(thing=field)
        assert "<h1" in form["thing"].as_field_group(heading=True)
        assert "<h1" not in form["thing"].as_field_group()


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        (forms.TextField(label="Full name"), "Enter full name"),
        (forms.TextField(label="NHS number"), "Enter NHS number"),
        (forms.TextField(label="Theme", called="the theme of this audit"), "Enter the theme of this audit"),
        (forms.LongTextField(label="How do you know?"), "Answer “How do you know?”"),
        (forms.ChoiceField(label="Was it seen?", choices=CHOICES), "Select an answer to “Was it seen?”"),
        (forms.CheckboxesField(label="Heading", choices=CHOICES), "Select heading"),
        (forms.YesField(label="I have read it"), "Tick “I have read it” to go on"),
        (forms.TextField(label="Name", error_messages={"required": "Who?"}), "Who?"),
        (django_forms.IntegerField(label="Age"), "Enter age"),
    ],
)
def test_what_is_missing_is_asked_for_in_our_words(field: Field, sentence: str) -> None:
    assert form_of({}, thing=field).errors["thing"] == [sentence]


def test_text_that_is_too_long_says_how_long() -> None:
    form = form_of({"thing": "x" * 12}, thing=forms.LongTextField(label="100% sure", count_to=10))
    assert form.errors["thing"] == ["100% sure must be 10 characters or fewer. It has 12 now"]
    assert 'maxlength="10"' in form["thing"].as_field_group().replace("data-maxlength", "maxlength")


def test_nothing_is_cut_off_by_the_browser() -> None:
    assert "maxlength" not in form_of(thing=forms.TextField())["thing"].as_field_group()
    assert "maxlength" not in form_of(thing=forms.LongTextField())["thing"].as_field_group()


def test_long_text_is_kept_as_written() -> None:
    written = "\r\n  set in\r\nnext  \r\n"
    form = form_of({"thing": written}, thing=forms.LongTextField())
    assert form.is_valid()
    assert form.cleaned_data["thing"] == "\n  set in\nnext  \n"
    # A browser drops the first line break inside a textarea: there must be one to spare.
    assert ">\n\n  set in\nnext  \n</textarea>" in form["thing"].as_field_group()


def test_long_text_of_spaces_only_is_nothing() -> None:
    assert not form_of({"thing": " \r\n "}, thing=forms.LongTextField()).is_valid()


def test_what_cannot_be_kept_is_taken_out_and_said() -> None:
    form = form_of({"thing": "a\x07b\x07\x00"}, thing=forms.LongTextField(label="How do you know"))
    assert form.is_valid()
    assert form.cleaned_data["thing"] == "ab"
    assert form.notices == ["We took out 3 characters that cannot be kept (bell × 2, null) from “How do you know”."]
    assert form_of({"thing": "ab"}, thing=forms.LongTextField()).notices == []
    assert form_of(thing=forms.LongTextField()).notices == []


TURNS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@pytest.mark.parametrize("turn", TURNS)
def test_a_name_that_would_turn_round_the_line_is_refused(turn: str) -> None:
    form = form_of({"thing": f"Ann{turn}nosliw"}, thing=forms.TextField(label="Name"))
    [sentence] = form.errors["thing"]
    assert sentence.startswith("Name holds a character that nobody sees and that turns round the letters after it (")
    assert "after “Ann”" in sentence
    assert "Type it afresh by hand" in sentence
    assert turn not in sentence


def test_the_name_of_the_character_and_its_place_are_said() -> None:
    form = form_of({"thing": "\u202eAnn"}, thing=forms.TextField(label="Name"))
    assert "(right-to-left override), at its beginning. " in form.errors["thing"][0]
    form = form_of({"thing": "\u202eAnn"}, thing=forms.TextField(label="Whom did you tell?"))
    assert form.errors["thing"][0].startswith("Your answer to “Whom did you tell?” holds a character")
    assert form_of({"thing": "آنا Ann"}, thing=forms.TextField(label="Name")).is_valid()


def test_long_text_that_turns_round_is_kept_as_written() -> None:
    form = form_of({"thing": f"Ann {TURNS}"}, thing=forms.LongTextField())
    assert form.is_valid()
    assert form.cleaned_data["thing"] == f"Ann {TURNS}"


OTHERS = [forms.LinesField, forms.NumberField, forms.EmailField, django_forms.CharField]


@pytest.mark.parametrize("field", [*FIELDS.values(), *OTHERS])
def test_half_a_character_or_a_null_never_breaks_a_page(field: type[Field]) -> None:
    bad = "x\ud800\x00"
    form = form_of({"thing": bad, "thing-day": bad, "thing-month": bad, "thing-year": bad}, thing=kind(field))
    form.is_valid()
    page = str(form.render())
    assert 'name="thing' in page
    for said in (page, str(form.cleaned_data), "".join(form.notices)):
        assert "\x00" not in said
        assert said.encode("utf-8").decode("utf-8") == said  # half a character cannot be encoded


def test_lines_become_a_tuple() -> None:
    form = form_of({"thing": " one \r\n\r\ntwo"}, thing=forms.LinesField())
    assert form.is_valid()
    assert form.cleaned_data["thing"] == ("one", "two")
    initial = {"thing": ("one", "two")}
    made: forms.Form = type("AForm", (forms.Form,), {"thing": forms.LinesField()})(initial=initial)
    assert ">one\ntwo</textarea>" in made["thing"].as_field_group()


@pytest.mark.parametrize(
    ("day", "month", "year", "outcome", "first"),
    [
        ("23", "11", "2026", dt.date(2026, 11, 23), None),
        (" 3 ", "nov", "2026", dt.date(2026, 11, 3), None),
        ("3", "March", "2026", dt.date(2026, 3, 3), None),
        ("", "", "", "Enter the day", "day"),
        ("", "", "2026", "The day must include a day and month", "day"),
        ("3", "", "2026", "The day must include a month", "month"),
        ("31", "2", "2026", "The day must be a real date", "day"),
        ("3", "13", "2026", "The day must be a real date", "month"),
        ("3", "ma", "2026", "The day must be a real date", "month"),
        ("3", "1", "26", "Year must include 4 numbers", "year"),
        ("3", "1", "0000", "The day must be a real date", "day"),
        ("²", "1", "2026", "The day must be a real date", "day"),
        ("9" * 5000, "9" * 5000, "2026", "The day must be a real date", "day"),
        ("1", "1", "1999", "The day must be 1 January 2000 or later", "day"),
    ],
)
def test_a_date_is_read_or_says_which_part_is_wrong(
    day: str, month: str, year: str, outcome: dt.date | str, first: str | None
) -> None:
    form = form_of(
        {"thing-day": day, "thing-month": month, "thing-year": year},
        thing=forms.DateField(label="Day", called="the day", earliest=dt.date(2000, 1, 1)),
    )
    if isinstance(outcome, dt.date):
        assert form.is_valid()
        assert form.cleaned_data["thing"] == outcome
    else:
        assert form.errors["thing"] == [outcome]
        assert problems(form) == [{"text": outcome, "href": f"#id_thing-{first}"}]


def test_a_choice_that_was_not_offered_is_refused_without_repeating_it() -> None:
    form = form_of({"thing": SCRIPT + "%s"}, thing=forms.ChoiceField(choices=[("a", "A")]))
    assert form.errors["thing"] == ["Select one of the answers offered"]


def test_yes_and_no_are_true_and_false() -> None:
    for sent, kept in (("yes", True), ("no", False)):
        form = form_of({"thing": sent}, thing=forms.YesNoField())
        assert form.is_valid()
        assert form.cleaned_data["thing"] is kept
    made: forms.Form = type("AForm", (forms.Form,), {"thing": forms.YesNoField()})(initial={"thing": False})
    assert 'value="no" checked' in made["thing"].as_field_group()


def test_a_field_can_be_read_in_words() -> None:
    fields = {
        "words": forms.LongTextField(),
        "choice": forms.ChoiceField(choices=[("a", "First")]),
        "many": forms.CheckboxesField(choices=[("a", "First"), ("b", "Second")]),
        "day": forms.DateField(),
        "sure": forms.YesField(),
        "lines": forms.LinesField(),
        "alone": forms.YesNoField(),
    }
    expected = {
        "words": "as written",
        "choice": "First",
        "many": "First\nSecond",
        "day": "3 March 2026",
        "sure": "Yes",
        "lines": "one\ntwo",
        "alone": "No",
    }
    saved: forms.Form = type("AForm", (forms.Form,), dict(fields))(
        initial={
            "words": "as written",
            "choice": "a",
            "many": ["a", "b"],
            "day": dt.date(2026, 3, 3),
            "sure": True,
            "lines": ("one", "two"),
            "alone": False,
        }
    )
    sent: forms.Form = type("AForm", (forms.Form,), dict(fields))(
        {
            "words": "as written",
            "choice": "a",
            "many": ["a", "b"],
            "day-day": "3",
            "day-month": "March",
            "day-year": "2026",
            "sure": "on",
            "lines": "one\r\ntwo",
            "alone": "no",
        }
    )
    assert {name: saved.in_words(name) for name in fields} == expected
    assert {name: sent.in_words(name) for name in fields} == expected


def test_only_what_is_wrong_is_in_the_summary_and_in_the_order_of_the_page() -> None:
    fields = {"a": forms.TextField(label="Age"), "b": forms.TextField(), "c": forms.YesField(label="C")}
    form = form_of({"b": "fine"}, **fields)
    form.add_error(None, "All is not well")
    assert problems(form) == [
        {"text": "All is not well"},
        {"text": "Enter age", "href": "#id_a"},
        {"text": "Tick “C” to go on", "href": "#id_c"},
    ]


def test_a_form_of_djangos_own_is_drawn_in_our_way_too() -> None:
    drawn = str(AuthenticationForm().render())
    assert "govuk-password-input" in drawn
    assert 'autocomplete="username"' in drawn
