"""Pages of no room: what is shown when something is refused, missing or broken, and the gallery."""

import datetime as dt
import secrets

from django import forms as django_forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone

from maca.design import forms
from maca.design.middleware import written

# Letters and digits that nobody mixes up on the telephone.
READ_ALOUD = "ACDEFHJKLMNPQRTUVWXY34679"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """`handler400`. Drawn without the request, which is what cannot be trusted."""
    return HttpResponse(render_to_string("design/bad_request.html"), status=400)


def refused(request: HttpRequest, exception: Exception | None = None, reason: str = "") -> HttpResponse:
    """`handler403`, and `settings.CSRF_FAILURE_VIEW`, which gives a `reason` meant for developers."""
    said = str(exception) if isinstance(exception, PermissionDenied) else ""
    sentence = said or "You may not do this."
    if reason:
        sentence = (
            "This form was open for too long, or was sent from somewhere else. "
            "Go back, reload the page and send it again."
        )
    return render(request, "design/refused.html", {"sentence": sentence, "kept": written(request)}, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """`handler404`. It says the same whether the thing never was or is not this person's to see.

    What was sent there is given back: it is their own text, and what they wrote for may have been called off meanwhile.
    """
    return render(request, "design/not_found.html", {"kept": _what_can_be_kept(request)}, status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """`handler500`: drawn without the request, since the database or the session may be what is broken.

    Its reference stands in the log too, so that somebody can quote it to whoever looks after the site.
    """
    reference = "-".join("".join(secrets.choice(READ_ALOUD) for _ in range(4)) for _ in range(2))
    request.reference = reference  # type: ignore[attr-defined]
    page = render_to_string("design/broken.html", {"reference": reference, "kept": _what_can_be_kept(request)})
    return HttpResponse(page, status=500)


def _what_can_be_kept(request: HttpRequest) -> list[str]:
    try:
        return written(request)
    except Exception:  # whatever is broken, or cannot be read: the page must come
        return []


class GalleryForm(forms.Form):
    """One of each field."""

    theme = forms.TextField(label="Theme", called="the theme of this audit", help_text="As in “Neglect”.")
    reference = forms.TextField(label="Reference number", width=10, required=False)
    email = forms.EmailField(label="Email address")
    password = forms.PasswordField(label="Password")
    cases = forms.NumberField(label="Number of cases", min_value=1, max_value=20)
    reason = forms.LongTextField(label="How do you know?", help_text="Where is this written?")
    summary = forms.LongTextField(label="Summary for the panel", count_to=200, rows=3)
    questions = forms.LinesField(label="Questions to ask", help_text="One on each line.")
    strength = forms.ChoiceField(
        label="How strong is the evidence?",
        choices=[("seen", "Seen in the record"), ("told", "Told to us"), ("none", "Not known")],
        hints={"seen": "Written at the time, by somebody who was there."},
    )
    present = forms.YesNoField(label="Was the child seen alone?")
    agency = forms.SelectField(label="Agency", choices=[("health", "Health visiting"), ("police", "Police")])
    headings = forms.CheckboxesField(
        label="Headings this finding belongs under",
        called="at least one heading",
        choices=[("well", "What went well"), ("improve", "What can be improved"), ("good", "Good practice")],
        hints={"good": "Something other agencies could copy."},
    )
    met_on = forms.DateField(
        label="Date of the meeting", called="the date of the meeting", help_text="For example, 27 3 2026"
    )
    file = django_forms.FileField(label="Evidence", help_text="Word, PDF or a picture, up to 10 MB.")
    sure = forms.YesField(label="I have read this return through")
    once_hidden = django_forms.CharField(widget=django_forms.HiddenInput, initial="kept", required=False)


def gallery(request: HttpRequest) -> HttpResponse:
    """Every component that a page of ours uses, also with its errors, to be looked at and tested."""
    wrong = {
        "wrong-theme": "<script>alert(1)</script>",
        "wrong-email": "nobody",
        "wrong-cases": "a few",
        "wrong-reason": "Line one\x07\n    line two, set in",
        "wrong-summary": "x" * 210,
        "wrong-strength": "guessed",
        "wrong-met_on-day": "31",
        "wrong-met_on-month": "2",
        "wrong-met_on-year": "2026",
    }
    day = dt.date(2026, 11, 23)
    return render(
        request,
        "design/gallery.html",
        {
            "plain": GalleryForm(initial={"met_on": day, "questions": ("Who saw the child?", "When?")}, prefix="plain"),
            "wrong": GalleryForm(data=wrong, prefix="wrong"),
            "day": day,
            "now": timezone.now(),
        },
    )
