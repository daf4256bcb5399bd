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
