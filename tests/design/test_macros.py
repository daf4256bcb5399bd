"""The GOV.UK macros, drawn in our own environment, against the examples of GOV.UK Frontend itself."""

import json
import re
from pathlib import Path

import pytest
from django.template import engines

FIXTURES = sorted((Path(__file__).parent / "fixtures").glob("*.json"))
EXAMPLES = [
    pytest.param(file.stem, example["options"], example["html"], id=f"{file.stem}: {example['name']}")
    for file in FIXTURES
    for example in json.loads(file.read_text())["fixtures"]
]


def squeezed(html: str) -> str:
    return re.sub(r"\s*([<>])\s*", r"\1", re.sub(r"\s+", " ", html)).strip()


def test_there_is_an_example_of_every_component_that_our_templates_use() -> None:
    rooms = Path(__file__).parents[2] / "maca"
    used = {
        name
        for page in rooms.glob("*/templates/**/*.html")
        for name in re.findall(r"govuk_frontend_jinja/components/([a-z-]+)/", page.read_text())
    }
    assert used <= {file.stem for file in FIXTURES}


@pytest.mark.parametrize(("component", "options", "html"), EXAMPLES)
def test_a_macro_draws_what_govuk_frontend_draws(component: str, options: object, html: str) -> None:
    macro = "govuk" + component.title().replace("-", "")
    template = engines["jinja2"].env.from_string(
        f"{{% from 'govuk_frontend_jinja/components/{component}/macro.html' import {macro} %}}"
        f"{{{{ {macro}(options) }}}}"
    )
    assert squeezed(template.render(options=options)) == squeezed(html)


def test_a_template_of_macros_is_run_once_and_not_for_every_import() -> None:
    env, seen = engines["jinja2"].env, []
    importing = env.from_string(
        "{% from 'govuk_frontend_jinja/components/button/macro.html' import govukButton %}"
        "{{ seen.append(govukButton) or '' }}"
    )
    for _ in range(2):
        importing.render(seen=seen)
    assert seen[0] is seen[1]
    assert not env.macros.auto_reload


def stacked_tables() -> list[str]:
    rooms = Path(__file__).parents[2] / "maca"
    return [
        table
        for page in sorted(rooms.glob("*/templates/**/*.html"))
        for table in re.findall(r"stacks=True\) %\}(.*?)\{% endcall %\}", page.read_text(), re.DOTALL)
    ]


def test_a_table_that_stacks_on_a_phone_stays_a_table_to_a_screen_reader() -> None:
    roles = {"table": "table", "thead": "rowgroup", "tbody": "rowgroup", "tr": "row", "td": "cell"}
    assert len(stacked_tables()) >= 7
    for table in stacked_tables():
        for tag, attributes in re.findall(r"<(table|thead|tbody|tr|td|th)\b([^>]*)>", table):
            role = roles.get(tag) or ("columnheader" if 'scope="col"' in attributes else "rowheader")
            assert f'role="{role}"' in attributes, f"<{tag}{attributes}>"


def test_a_cell_that_stacks_says_which_column_it_is_of() -> None:
    for table in stacked_tables():
        for attributes, words in re.findall(r"<td\b([^>]*)>(.*?)</td>", table, re.DOTALL):
            assert "data-label=" in attributes or not words, f"<td{attributes}>"
        for parameters in re.findall(r"board_cell\((.*?)\) \}\}", table, re.DOTALL):
            assert "label" in parameters or parameters.count(",") == 5, parameters


def test_a_table_that_does_not_stack_says_that_it_scrolls() -> None:
    template = engines["jinja2"].env.from_string(
        "{% from 'design/parts.html' import scroll_table %}{% call scroll_table('It', stacks) %}{% endcall %}"
    )
    for stacks, kinds in ((False, "maca-scroll-hint"), (True, "maca-scroll-hint maca-scroll-hint--stacks")):
        assert f'class="govuk-hint {kinds}"' in template.render(stacks=stacks)
    style = (Path(__file__).parents[2] / "maca/design/static/design/site.css").read_text()
    assert ".maca-scroll-hint{display:none" in style
    assert ".maca-scroll-hint:not(.maca-scroll-hint--stacks){display:block}" in style
