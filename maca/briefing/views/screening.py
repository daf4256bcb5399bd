"""What could identify a family, and what is decided on it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from maca.audits.models import Audit
from maca.briefing import operations, rules
from maca.briefing.deciding import SEVERAL_AT_ONCE, Hit
from maca.briefing.forms import DecideForm, KeepWordsForm
from maca.briefing.models import Briefing, Decision
from maca.briefing.queries import decisions_on, find_briefing
from maca.briefing.screening.combinations import called
from maca.briefing.screening.identity import SEALED
from maca.design.pages import do_once, form_page, guarded, version_sent
from maca.kernel.verdict import Refused
from maca.partnership.requests import signed_in


def _screening_page(audit: Audit) -> str:
    return reverse("screening", kwargs={"audit": audit.slug})


@guarded(rules.may_see_screening, find_briefing)
def screening(request: HttpRequest, briefing: Briefing) -> HttpResponse:
    found = operations.read_screening(briefing, by=signed_in(request))
    return render(request, "briefing/screening.html", _what_was_found(request, briefing, found))


def _what_was_found(request: HttpRequest, briefing: Briefing, found: list[Hit]) -> dict[str, Any]:
    may_decide = rules.may_decide_on_hit(signed_in(request), briefing)
    # Whoever has a conflict of interest in a case is not told what is sealed with it.
    closed = rules.closed_findings(briefing, signed_in(request))
    shown = [one for one in found if one.kind != SEALED or one.open_stands(closed)]
    undecided = [one for one in shown if one.undecided]
    words = [one for one in undecided if one.kind in SEVERAL_AT_ONCE and one.open_stands(closed)]
    decisions = decisions_on(briefing)
    why = {one.found: one for one in decisions if one.is_kept}
    return {
        "audit": briefing.audit,
        "briefing": briefing,
        "may_decide": may_decide,
        "hits": [(one, bool(one.open_stands(closed))) for one in undecided],
        "for_others": sum(bool(one.undecided) for one in found) - len(undecided),
        "kept": [(one, why[one.public_id], bool(one.open_stands(closed))) for one in shown if not one.undecided],
        "changed": [(called(one.kind), one) for one in decisions if not one.is_kept],
        "words_form": KeepWordsForm(None, hits=words) if may_decide and len(words) > 1 else None,
    }


@require_POST
@guarded(rules.may_decide_on_hit, find_briefing, writes=True)
def keep_words(request: HttpRequest, briefing: Briefing) -> HttpResponse:
    person, version, chosen = signed_in(request), version_sent(request), request.POST.getlist("words")
    if not chosen:
        messages.warning(request, "Tick at least one word that tells of no family.")
        return redirect(_screening_page(briefing.audit))

    def do() -> str:
        operations.keep_words(briefing, chosen, version=version, by=person)
        return _screening_page(briefing.audit)

    return do_once(request, do, saved="These words are kept.")


@guarded(rules.may_decide_on_hit, lambda person, audit, hit: (find_briefing(person, audit), hit), writes=True)
def decide_on_hit(request: HttpRequest, address: tuple[Briefing, str]) -> HttpResponse:
    briefing, public_id = address
    person = signed_in(request)
    if (hit := operations.read_hit(briefing, public_id, by=person)) is None:
        # A colleague has taken the words out meanwhile: what was typed here is shown again.
        if request.method == "POST" and version_sent(request) != briefing.version:
            raise Refused("gone", "These words are no longer in the briefing, so there is nothing to decide.")
        raise Http404
    closed = rules.closed_findings(briefing, person)
    if not (stands := hit.open_stands(closed)):
        raise Http404

    def do(form: DecideForm, version: int | None) -> str:
        chosen = form.cleaned_data["decision"]
        operations.decide_on_hit(
            briefing,
            public_id,
            decision=Decision(chosen),
            reason=form.why(),
            because=form.cleaned_data["because"],
            words=form.words(),
            version=version,
            by=person,
        )
        return _screening_page(briefing.audit)

    return form_page(
        request,
        "briefing/decide.html",
        lambda data, now: DecideForm(data, hit=hit, stands=stands),
        do=do,
        thing=briefing,
        context={
            "heading": f"“{hit.phrase}”",
            "caption": hit.called[0].upper() + hit.called[1:],
            "audit": briefing.audit,
            "hit": hit,
            "stands": stands,
            "back": _screening_page(briefing.audit),
            "closed": sorted({closed[ref].label for one in hit.stands if (ref := one.point.ref) in closed}),
            "button_text": "Decide",
        },
        saved="Decided",
        said_at={"still-there": "decision", "has-to-stay": "decision", "no-case": "decision", "no-reason": "decision"},
    )
