"""How long each record is kept, what beats that, and what is left when it is over."""

import datetime as dt
import hashlib
import io
import json
import threading
from pathlib import Path

import docx
import pypdfium2
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import Error, connection, connections, transaction
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from maca.actions.models import Action
from maca.actions.operations import make_action
from maca.actions.stages import ActionStage
from maca.audits.models import LAST_STEP, Audit
from maca.briefing.operations import approve_briefing, draft_briefing, publish_briefing, send_briefing
from maca.cases.cohort import example, read_cohort
from maca.cases.models import Case, DestructionReason, HoldReason, Interest, LegalHold
from maca.cases.operations import (
    declare_interest,
    destroy_case,
    discard_draw,
    finish_destroying,
    forget_cohorts,
    nominate_drawn,
    pass_over_case,
    select_case,
    swap_case,
    take_in_cohort,
)
from maca.cases.rules import (
    may_destroy_case,
    may_destroy_identity,
    may_destroy_nomination,
    may_end_draw,
    may_part_with_case,
)
from maca.cases.seal import case_key, identity_key
from maca.config.commands.retention import check, due
from maca.config.settings import _backup_days
from maca.config.site import Wrong
from maca.journal.models import Entry, Head
from maca.journal.queries import export_lines
from maca.kernel.clock import months_after, today, working_days_from
from maca.kernel.verdict import Refused
from maca.kernel.versions import Changed
from maca.learning.said_before import said_before
from maca.panel.operations import close_panel
from maca.partnership.fence import installation
from maca.retention import rules
from maca.retention.certificate import as_paper, digest_of
from maca.retention.models import Certificate, CountedFrom, Period, RecordClass
from maca.retention.operations import begin_hold, change_period, destroy_by_hand, destroy_due, end_hold
from maca.retention.queries import (
    clock_trouble,
    due_ahead,
    due_by,
    find_certificate,
    find_hold,
    find_period,
    keys_destroyed_at,
    ready_to_go,
    schedule,
)
from maca.sealing.models import Key, KeyKind
from maca.sealing.operations import rotate_partnership_key
from maca.sealing.queries import KeyGoneError
from maca.worklist.queries import tasks
from tests.lifting import is_laid
from tests.makers import World, keep_all
from tests.retention.conftest import as_if_ago, decided, published_ago


def case_of(audit: Audit, number: int = 1) -> Case:
    return audit.cases.select_related("audit__partnership", "nomination__identity").get(number=number)


def listed(world: World, day: dt.date | None = None) -> list[tuple[str, str]]:
    return [(one.label, one.what) for one in due_by(world.partnership, day or today())]


def destroyed(world: World, *codes: str) -> list[Certificate]:
    with TestCase.captureOnCommitCallbacks(execute=True):
        return destroy_due(codes or [one.code for one in ready_to_go(world.partnership)], by=world.manager)


def held(world: World, who: str = "governance", **over) -> LegalHold:
    return begin_hold(**over, reason=HoldReason.CORONER, asked_by="HM Coroner, ref. 114", by=world.people[who])


# ---- the schedule


def test_the_schedule_begins_with_usual_periods_that_nobody_has_decided(world):
    periods = schedule(world.partnership)
    assert list(periods) == list(RecordClass)
    assert not any(one.is_decided for one in periods.values())
    assert periods[RecordClass.IDENTITY].in_words().startswith("6 months from the day the last action")
    assert periods[RecordClass.CASE].in_words() == "3 years from the day the briefing was published"
    assert periods[RecordClass.JOURNAL].in_words() == "Without an end"
    assert "No period is set in law" in periods[RecordClass.CASE].source


def test_nothing_is_destroyed_by_a_period_that_nobody_has_decided(world):
    published_ago(world, 400)
    assert listed(world) == [("Case 1", "Who the child is"), ("Case 2", "Who the child is")]
    assert not ready_to_go(world.partnership)
    code = due_by(world.partnership, today())[0].code
    with pytest.raises(Refused, match="nothing-due"):
        destroyed(world, code)
    assert "Decide how long records are kept: 2 wait for it" in [one.text for one in tasks(world.chair)]
    decided(world, RecordClass.IDENTITY, 6)
    assert len(ready_to_go(world.partnership)) == 2


def test_the_chair_and_the_governance_officer_decide_and_it_is_on_the_record(world):
    decided(world, RecordClass.CASE, 24)
    period = find_period(world.chair, "case")
    assert (period.months, period.saved_by, period.version) == (24, world.chair, 1)
    entry = Entry.objects.latest("pk")
    assert entry.did == "decided how long a record is kept"
    assert entry.details["months"] == 24
    for who in ("manager", "member", "auditor", "scrutineer"):
        verdict = rules.may_change_period(world.people[who], period)
        assert verdict.code == "not-yours", who
    assert rules.may_change_period(world.governance, period)


def test_of_two_who_decide_at_once_the_second_is_shown_the_first(world):
    first, second = find_period(world.chair, "case"), find_period(world.governance, "case")
    given = {"counted_from": CountedFrom.PUBLISHED, "reason": "R", "source": "S"}
    change_period(first, months=12, **given, version=first.version, by=world.chair)
    with pytest.raises(Changed), transaction.atomic():
        change_period(second, months=60, **given, version=second.version, by=world.governance)
    assert find_period(world.chair, "case").months == 12


def test_a_class_that_there_is_none_of_has_no_page(world):
    with pytest.raises(Period.DoesNotExist):
        find_period(world.chair, "gossip")


@pytest.mark.parametrize(
    ("day", "count", "then"),
    [
        (dt.date(2026, 8, 31), 6, dt.date(2027, 2, 28)), (dt.date(2027, 8, 31), 6, dt.date(2028, 2, 29)),
        (dt.date(2026, 1, 15), 36, dt.date(2029, 1, 15)), (dt.date(2026, 3, 31), -1, dt.date(2026, 2, 28)),
        (dt.date(2026, 12, 1), 1, dt.date(2027, 1, 1)), (dt.date(2026, 1, 1), -1, dt.date(2025, 12, 1)),
    ],
)  # fmt: skip
def test_months_are_counted_to_the_same_day_or_the_months_last(day, count, then):
    assert months_after(day, count) == then


# ---- what is due


def test_who_the_child_is_falls_due_first_and_what_is_written_later(world, audit):
    assert listed(world) == [("Case 1", "Who the child is"), ("Case 2", "Who the child is")]
    ahead = due_by(world.partnership, months_after(today(), 36))
    assert {one.what for one in ahead} == {"Who the child is", "Everything written about it, and who the child is"}


def test_it_is_due_on_its_day_and_not_the_day_before(world):
    as_if_ago(world.published(), 0)
    decided(world, RecordClass.IDENTITY, 6)
    day = months_after(today(), 6)
    assert listed(world, day)
    assert not listed(world, day - dt.timedelta(days=1))


def test_once_the_case_is_due_the_identity_is_no_line_of_its_own(world, audit):
    decided(world, RecordClass.CASE, 12)
    every = "Everything written about it, and who the child is"
    assert listed(world) == [("Case 1", every), ("Case 2", every)]


def test_a_period_counted_from_the_last_action_waits_for_it(world, audit):
    decided(world, RecordClass.IDENTITY, 6, CountedFrom.ACTIONS)
    assert len(listed(world)) == 2  # without an action it counts from the day of publication
    finding = audit.findings.select_related("audit", "case__nomination").first()
    action = make_action(
        finding, change="C", accountable=world.lead, agency=world.health, due_on=working_days_from(today(), 20),
        success="S", measure="M", baseline="B", by=world.manager,
    )  # fmt: skip
    assert listed(world) == []
    for days, many in ((10, 0), (300, 2)):
        at = timezone.now() - dt.timedelta(days=days)
        Action.objects.filter(pk=action.pk).update(stage=ActionStage.DONE, done_at=at)
        assert len(listed(world)) == many


def test_a_class_without_an_end_never_falls_due(world, audit):
    decided(world, RecordClass.IDENTITY, None)
    decided(world, RecordClass.CASE, None)
    assert due_by(world.partnership, today() + dt.timedelta(days=36_500)) == []


def test_of_a_nomination_that_became_no_case_everything_goes_with_who_the_child_is(world):
    plan = world.planned()
    left = world.nominate(plan, child="Left Out")
    pass_over_case(left, reason="Too old.", by=world.chair)
    Audit.objects.filter(pk=plan.pk).update(stage="published")
    world.planned = lambda title="Neglect 9": plan
    Audit.objects.filter(pk=plan.pk).update(stage="planned")
    audit = as_if_ago(world.published(), 400)
    assert audit == plan
    decided(world, RecordClass.IDENTITY, 6)
    found = [one for one in ready_to_go(world.partnership) if one.case is None]
    assert [one.what for one in found] == ["Everything written about it, and who the child is"]
    assert identity_key(left)
    destroyed(world, found[0].code)
    left.refresh_from_db()
    with pytest.raises(KeyGoneError):
        identity_key(left)
    assert left.destroyed_at
    assert not left.marks.exists()
    assert may_destroy_nomination(world.manager, left).code == "destroyed"
    assert may_destroy_nomination(world.manager, case_of(audit).nomination).code == "a-case"


def as_if_begun(audit: Audit, days: int) -> Audit:
    """An audit whose every step and day was so many days ago."""
    day = today() - dt.timedelta(days=days)
    at = timezone.now() - dt.timedelta(days=days)
    found = Audit.objects.get(pk=audit.pk)
    moved = {name: at if name.endswith("_at") else day for name in LAST_STEP if getattr(found, name)}
    Audit.objects.filter(pk=audit.pk).update(**moved)
    return Audit.objects.get(pk=audit.pk)


def test_an_audit_that_is_never_published_is_counted_from_its_last_step_and_not_within_a_year(world):
    audit = as_if_begun(world.circulated(), 300)
    decided(world, RecordClass.IDENTITY, 6)
    decided(world, RecordClass.CASE, 36)
    given_up = months_after(audit.last_step_on, 12)
    assert not listed(world, given_up - dt.timedelta(days=1))
    assert set(listed(world, given_up)) == {("Case 1", "Who the child is"), ("Case 2", "Who the child is")}
    case = case_of(audit)
    assert may_destroy_case(world.manager, case).code == "not-published"
    as_if_begun(audit, 400)
    assert len(ready_to_go(world.partnership)) == 2
    (made,) = destroyed(world, ready_to_go(world.partnership)[0].code)
    assert "kept 6 months from the last step of an audit that was not published" in made.content["rule"][0]
    assert not [one for one in made.content["remains"] if "briefing" in one or "findings" in one]
    with pytest.raises(KeyGoneError):
        identity_key(case.nomination)
    assert case_key(case).open(case.nomination).rationale == "It would teach us."


def test_a_day_of_its_timetable_that_is_to_come_keeps_an_audit_from_being_given_up(world):
    audit = as_if_begun(world.circulated(), 800)
    Audit.objects.filter(pk=audit.pk).update(panel_on=today() + dt.timedelta(days=1))
    decided(world, RecordClass.IDENTITY, 1)
    assert not ready_to_go(world.partnership)
    assert may_destroy_case(world.manager, case_of(audit)).code == "not-published"


def test_a_nomination_of_an_audit_that_was_given_up_goes_too(world):
    left = world.nominate(world.planned(), child="Left Out")
    assert may_destroy_nomination(world.manager, left).code == "not-published"
    as_if_begun(left.audit, 400)
    decided(world, RecordClass.IDENTITY, 6)
    destroyed(world)
    with pytest.raises(KeyGoneError):
        identity_key(left)


def test_what_is_sealed_is_not_fetched_to_see_what_is_due(world, audit):
    with CaptureQueriesContext(connection) as taken:
        assert due_by(world.partnership, today())
    asked = " ".join(one["sql"] for one in taken)
    assert "identity_destroyed_at" in asked
    for sealed in ("rationale", "ethnicity", '"content"', '"searched"', "terms_of_reference"):
        assert sealed not in asked, sealed
    assert len(taken) == 4


def test_nothing_of_another_partnership_is_due_here(world, audit):
    other = World("Elsewhere")
    assert due_by(other.partnership, today()) == []
    with pytest.raises(Refused, match="nothing-due"):
        destroy_due([ready_to_go(world.partnership)[0].code], by=other.manager)


def test_the_manager_is_told_on_the_work_list_and_nothing_goes_by_itself(world, audit):
    assert "Destroy 2 records whose time is over" in [one.text for one in tasks(world.manager)]
    assert "Destroy 2" not in " ".join(one.text for one in tasks(world.chair))
    assert identity_key(case_of(audit).nomination)


# ---- destruction, with a certificate


def test_the_identity_goes_first_and_the_returns_stay_readable(world, audit):
    case = case_of(audit)
    (made,) = destroyed(world, f"{case.nomination.public_id}-identity")
    case = case_of(audit)
    with pytest.raises(KeyGoneError):
        identity_key(case.nomination)
    assert case_key(case).open(case.nomination).rationale == "It would teach us."
    assert case.destroyed_at is None
    assert case.nomination.identity_destroyed_at
    assert not case.nomination.marks.exists()
    assert made.content["destroyed"] == ["Who the child is, and the marks by which the family was recognised"]
    assert listed(world) == [("Case 2", "Who the child is")]
    assert may_destroy_identity(world.manager, case).code == "identity-destroyed"
    # Later, what is written goes too.
    decided(world, RecordClass.CASE, 12)
    assert ("Case 1", "Everything written about it") in listed(world)
    (later,) = destroyed(world, f"{case.nomination.public_id}-case")
    with pytest.raises(KeyGoneError):
        case_key(case)
    assert [kind for _, kind in later.content["keys"]] == ["What is written about a case"]
    assert not any("Who the child is" in one for one in later.content["destroyed"])


def test_a_certificate_says_what_by_whom_when_by_which_rule_and_with_which_keys(world, audit, settings):
    settings.MACA_KEYSTORE_BACKUP_DAYS = 14
    decided(world, RecordClass.CASE, 12)
    case = case_of(audit)
    keys = set(Key.objects.filter(owner=case.nomination.public_id).values_list("public_id", flat=True))
    (made,) = destroyed(world, f"{case.nomination.public_id}-case")
    gone = keys_destroyed_at(made)
    assert set(gone) == keys
    words = json.dumps([[one.heading, one.lines, one.points] for one in as_paper(made, gone).parts], ensure_ascii=False)
    for said in (
        "Manager, Post of the manager", "1 year from the day the briefing was published",
        "Decided by Chair, Post of the chair", "Reason: So we said.", "Source: Sub-group, 3 May.",
        "The time for keeping it is over", "The findings, without names", "14 days", *keys,
        f"expires on {today() + dt.timedelta(days=14):%-d %B %Y}",
    ):  # fmt: skip
        assert said in words, said
    assert "STILL STANDS" not in words
    assert (made.content["audit"], made.content["label"]) == (audit.title, "Case 1")


def test_a_certificate_says_so_when_nobody_has_said_how_long_backups_are_kept(world, audit, settings):
    settings.MACA_KEYSTORE_BACKUP_DAYS = None
    made = destroyed(world)[0]
    assert any("was not set" in line for one in as_paper(made, keys_destroyed_at(made)).parts for line in one.lines)


@pytest.mark.parametrize("given", ["0", "367", "two weeks", "-3", "²"])
def test_days_of_backups_that_are_none_are_refused_at_the_start(given, monkeypatch):
    monkeypatch.setenv("MACA_KEYSTORE_BACKUP_DAYS", given)
    with pytest.raises(ImproperlyConfigured, match="from 1 to 366"):
        _backup_days()
    monkeypatch.setenv("MACA_KEYSTORE_BACKUP_DAYS", "14")
    assert _backup_days() == 14


def test_the_journal_holds_the_digest_of_each_certificate(world, audit):
    made = destroyed(world)
    entries = Entry.objects.filter(did="certified a destruction").order_by("number")
    assert [one.details["sha256"] for one in entries] == [one.sha256 for one in made]
    assert [digest_of(Certificate.objects.get(pk=one.pk).content) for one in made] == [one.sha256 for one in made]
    assert [one.number for one in made] == [1, 2]


def test_several_go_at_once_or_none(world, audit):
    codes = [one.code for one in ready_to_go(world.partnership)]
    with pytest.raises(Refused, match="not-due"):
        destroyed(world, *codes, "0" * 32 + "-identity")
    with pytest.raises(Refused, match="not-due"):
        destroy_due([], by=world.manager)
    assert not Certificate.objects.exists()
    assert identity_key(case_of(audit).nomination)
    assert len(destroyed(world, *codes)) == 2
    assert ready_to_go(world.partnership) == []


def test_only_the_manager_destroys_what_is_due(world, audit):
    for who in ("chair", "governance", "member", "lead", "scrutineer"):
        with pytest.raises(Refused, match="not-the-manager"):
            destroy_due([ready_to_go(world.partnership)[0].code], by=world.people[who])


def test_a_case_destroyed_by_hand_has_its_certificate_too(world):
    audit = world.published().audit
    case = case_of(audit)
    with TestCase.captureOnCommitCallbacks(execute=True):
        made = destroy_by_hand(case, reason=DestructionReason.MISTAKE, by=world.manager)
    assert made.content["rule"] == ["Destroyed by hand, and by no period of the schedule."]
    assert "It should never have been recorded here." in made.content["reason"]
    assert len(made.content["keys"]) == len(keys_destroyed_at(made)) == 2


def test_a_certificate_is_not_printed_while_a_key_still_stands(world, audit, sign_in):
    (made,) = destroy_due([ready_to_go(world.partnership)[0].code], by=world.manager)  # and the site is killed here
    governance = sign_in(world.governance)
    page = governance.get(reverse("certificate", kwargs={"certificate": made.public_id})).content.decode()
    assert "STILL STANDS" in page
    assert rules.may_print_certificate(world.governance, made).code == "keys-left"
    file = reverse("certificate-file", kwargs={"certificate": made.public_id, "kind": "pdf"})
    assert governance.get(file).status_code == 403
    assert finish_destroying() == 1
    assert governance.get(file).status_code == 200


def test_the_certificate_says_the_same_as_a_page_as_word_and_as_pdf(world, audit, sign_in):
    (made,) = destroyed(world, ready_to_go(world.partnership)[0].code)
    governance = sign_in(world.governance)
    here = reverse("certificate", kwargs={"certificate": made.public_id})
    page = governance.get(here).content.decode()
    word = docx.Document(io.BytesIO(governance.get(f"{here}certificate.docx").content))
    said = " ".join(one.text for one in word.paragraphs)
    pdf = pypdfium2.PdfDocument(governance.get(f"{here}certificate.pdf").content)
    printed = "".join(one.get_textpage().get_text_bounded() for one in pdf)
    # Where a line ends is the printer's business; it breaks long ids too.
    squeezed = "".join(printed.replace("\ufffe", "").split())
    for part in as_paper(made, keys_destroyed_at(made)).parts:
        for line in (part.heading, *part.lines, *part.points):
            assert line in page, line
            assert line in said, line
            assert "".join(line.split()) in squeezed, line
    assert governance.get(f"{here}certificate.xlsx").status_code == 404
    assert (
        hashlib.sha256(governance.get(f"{here}certificate.docx").content).digest()
        == hashlib.sha256(governance.get(f"{here}certificate.docx").content).digest()
    )


def test_the_digest_in_the_journal_is_that_of_the_file_that_is_handed_out(world, audit, sign_in):
    (made,) = destroyed(world, ready_to_go(world.partnership)[0].code)
    answer = sign_in(world.governance).get(
        reverse("certificate-file", kwargs={"certificate": made.public_id, "kind": "json"})
    )
    digest = hashlib.sha256(answer.content).hexdigest()
    assert Entry.objects.get(did="certified a destruction").details["sha256"] == digest
    name = f"certificate-of-destruction-{made.number}.json"
    assert name in answer.headers["Content-Disposition"]
    assert json.loads(answer.content)["by"] == "Manager, Post of the manager"
    how = as_paper(made, keys_destroyed_at(made)).parts[-1].lines
    assert digest in how[0]
    assert f"certutil -hashfile {name} SHA256" in how[-1]
    assert f"sha256sum {name}" in how[-1]


@pytest.mark.parametrize("change", [{"sha256": "x"}, {"content": {}}, None])
def test_the_database_refuses_to_change_or_take_away_a_certificate(world, audit, as_the_owner, change):
    destroyed(world)
    rows = Certificate.objects.all()
    with pytest.raises(Error), transaction.atomic():
        rows.update(**change) if change else rows._raw_delete("default")
    assert Certificate.objects.count() == 2
    assert is_laid("retention_certificate")


def test_nobody_elsewhere_finds_a_certificate_or_a_hold(world, audit):
    made, stands = destroyed(world)[0], held(world)
    other = World("Elsewhere")
    with pytest.raises(Certificate.DoesNotExist):
        find_certificate(other.governance, made.public_id)
    with pytest.raises(LegalHold.DoesNotExist):
        find_hold(other.governance, stands.public_id)
    for who in ("member", "lead", "scrutineer", "panel_member"):
        assert rules.may_read_certificate(world.people[who], made).code == "not-yours"
        assert rules.may_see_retention(world.people[who]).code == "not-yours"


TOOL = "The neglect toolkit was completed twice, and supervision recorded what the mother, school and nursery had said."


def learned_from(world: World) -> Audit:
    """Published 400 days ago, with a finding long enough to be found again by what it says."""
    audit = world.panel_opened(2)
    for case, text in zip(audit.cases.select_related("hearing"), (TOOL, "Meetings were quorate."), strict=True):
        case.audit = audit
        world.hear(case, text=text)
    close_panel(audit, by=world.chair)
    briefing = draft_briefing(audit, by=world.manager)
    keep_all(briefing, by=world.manager)
    send_briefing(briefing, version=None, by=world.manager)
    approve_briefing(briefing, version=None, by=world.chair)
    publish_briefing(briefing, by=world.manager)
    return as_if_ago(briefing, 400)


def test_everything_of_a_published_audit_can_go_and_what_was_learned_says_the_same(world, sign_in):
    audit = learned_from(world)
    finding = audit.findings.select_related("audit", "case__nomination").first()
    action = make_action(
        finding, change="Plans name who does what.", accountable=world.lead, agency=world.health,
        due_on=working_days_from(today(), 20), success="S", measure="M", baseline="B", by=world.manager,
    )  # fmt: skip
    manager = sign_in(world.manager)
    slug = {"audit": audit.slug}
    pages = {
        "briefing": reverse("read-briefing", kwargs=slug),
        "recurrence": reverse("recurrence", kwargs=slug),
        "every briefing": reverse("briefings"),
    }
    files = [reverse("download-briefing", kwargs={**slug, "format": kind}) for kind in ("txt", "docx", "pdf", "json")]

    def said():
        learned = {name: _main(manager.get(page)) for name, page in pages.items()}
        asked = [(one.text, one.actions) for one in said_before(TOOL, world.manager)]
        assert [text for text, _ in asked] == [TOOL]
        return {**learned, "said before": asked}, [manager.get(one).content for one in files]

    said()  # the briefing’s page says who has opened it
    before = said()
    assert TOOL in before[0]["briefing"]
    decided(world, RecordClass.CASE, 12)
    assert len(destroyed(world)) == 2
    for number in (1, 2):
        with pytest.raises(KeyGoneError):
            case_key(case_of(audit, number))
    assert said() == before
    # Of an action its own words stay. The panel's were the case's; what was published of them is in the briefing.
    for page in (reverse("action", kwargs={"action": action.public_id}), reverse("audit-actions", kwargs=slug)):
        left = _main(manager.get(page))
        assert "Plans name who does what." in left
        assert "What was learned from it is in the briefing." in left
        assert TOOL not in left


def _main(answer) -> str:
    """What a page says, without the keys of its forms and whatever else stands in its marks."""
    assert answer.status_code == 200
    return " ".join(strip_tags(answer.content.decode().partition("<main")[2].partition("</main>")[0]).split())


# ---- legal holds


@pytest.mark.parametrize("over", ["case", "audit", "partnership"])
def test_a_hold_beats_the_schedule_and_the_hand(world, audit, over):
    case = case_of(audit)
    ready = {one.label: one.code for one in ready_to_go(world.partnership)}
    stands = held(world, **{"case": {"case": case}, "audit": {"audit": audit}}.get(over, {}))
    assert [one.label for one in ready_to_go(world.partnership)] == (["Case 2"] if over == "case" else [])
    assert [one.hold for one in due_by(world.partnership, today()) if one.label == "Case 1"] == [stands]
    with pytest.raises(Refused, match="not-due" if over == "case" else "nothing-due"):
        destroy_due([ready["Case 1"]], by=world.manager)
    for destroy in (destroy_case, destroy_by_hand):
        with pytest.raises(Refused, match="held"):
            destroy(case, reason=DestructionReason.ASKED, by=world.manager)
    assert may_destroy_identity(world.manager, case).code == "held"
    assert case_key(case)
    assert identity_key(case.nomination)
    end_hold(stands, because="The inquest is over.", by=world.chair)
    assert len(ready_to_go(world.partnership)) == 2
    assert may_destroy_case(world.manager, case)


def test_a_hold_over_one_case_leaves_the_others_to_the_schedule(world, audit):
    held(world, case=case_of(audit, 2))
    assert may_destroy_case(world.manager, case_of(audit, 1))
    assert may_destroy_case(world.manager, case_of(audit, 2)).code == "held"


def test_a_refusal_under_a_hold_leads_to_the_holds(world, audit, sign_in):
    case = case_of(audit)
    held(world, case=case)
    client, where = sign_in(world.manager), {"audit": audit.slug, "case": 1}
    declare_interest(case, interest=Interest.NONE, by=world.manager)
    for page in ("destroy-case", "case"):
        assert f'href="{reverse("holds")}"' in _main_marked(client.get(reverse(page, kwargs=where)))


def _main_marked(answer) -> str:
    return answer.content.decode().partition("<main")[2].partition("</main>")[0]


def test_two_holds_over_one_case_have_both_to_end(world, audit):
    first, second = held(world, case=case_of(audit)), held(world)
    end_hold(first, because="Over.", by=world.governance)
    assert may_destroy_case(world.manager, case_of(audit)).code == "held"
    end_hold(second, because="Over.", by=world.governance)
    assert may_destroy_case(world.manager, case_of(audit))


def test_who_begins_and_who_ends_a_hold(world, audit):
    stands = held(world, "manager", audit=audit)
    assert rules.may_end_hold(world.manager, stands).code == "not-yours"
    for who in ("member", "lead", "scrutineer"):
        assert rules.may_begin_hold(world.people[who]).code == "not-yours"
        with pytest.raises(Refused, match="not-yours"):
            held(world, who)
    end_hold(stands, because="Over.", by=world.chair)
    stands.refresh_from_db()
    assert (stands.ended_by, stands.ended_because) == (world.chair, "Over.")
    with pytest.raises(Refused, match="ended"):
        end_hold(stands, because="Again.", by=world.governance)
    entries = list(Entry.objects.filter(about=f"LegalHold:{stands.public_id}").values_list("did", "details"))
    assert [did for did, _ in entries] == ["began a legal hold", "ended a legal hold"]
    assert entries[0][1] == {"over": "audit", "audit": audit.slug, "reason": "coroner"}


def test_nobody_holds_an_audit_of_another_partnership(world, audit):
    other = World("Elsewhere")
    with pytest.raises(Refused, match="not-yours"):
        held(other, audit=audit)


def test_a_hold_leaves_rotation_alone_and_rotation_leaves_what_is_held_readable(world, audit):
    held(world, audit=audit)
    rotate_partnership_key(world.partnership.public_id)
    case = case_of(audit)
    assert case_key(case).open(case.nomination).rationale == "It would teach us."
    assert identity_key(case.nomination).open(case.nomination.identity).child == "Zebedee Quux"


def test_a_hold_beats_the_sweep_after_a_crash(world, audit):
    destroy_due([ready_to_go(world.partnership)[0].code], by=world.manager)  # and the site is killed here
    stands = held(world, case=case_of(audit))
    assert finish_destroying() == 0
    assert identity_key(case_of(audit).nomination)
    end_hold(stands, because="Over.", by=world.chair)
    assert finish_destroying() == 1
    with pytest.raises(KeyGoneError):
        identity_key(case_of(audit).nomination)


def test_a_hold_over_the_audit_beats_the_sweep_of_its_list_after_a_crash(world):
    plan = world.planned()
    cohort = read_cohort(example("csv"), "The file", today=today())
    draw = take_in_cohort(plan, cohort, file_hash="0" * 64, by=world.manager)
    discard_draw(draw, version=None, by=world.manager)  # and the site is killed here
    stands = held(world, audit=plan)
    assert finish_destroying() == 0
    end_hold(stands, because="Over.", by=world.chair)
    assert finish_destroying() == 1


@pytest.mark.django_db(transaction=True)
def test_the_sweep_waits_for_a_hold_that_is_being_begun():
    world = World()
    published_ago(world, 400)
    decided(world, RecordClass.IDENTITY, 6)
    with transaction.atomic():
        destroy_due([one.code for one in ready_to_go(world.partnership)], by=world.manager)
        connection.run_on_commit.clear()  # the site is killed here
    counts: list[int] = []

    def sweep() -> None:
        try:
            with installation():
                counts.append(finish_destroying())
        finally:
            connections.close_all()

    other = threading.Thread(target=sweep)
    with transaction.atomic():
        held(world)
        other.start()
        other.join(1)
    other.join()
    assert counts == [0]
    assert Key.objects.filter(kind=KeyKind.IDENTITY, destroyed_at=None).count() == 2


def test_the_sweep_asks_for_holds_once_however_much_a_crash_left(world, audit):
    counted = []
    for code in [one.code for one in ready_to_go(world.partnership)]:
        destroy_due([code], by=world.manager)  # and the site is killed here
        stands = held(world)
        with CaptureQueriesContext(connection) as taken:
            assert finish_destroying() == 0
        counted.append(len(taken))
        end_hold(stands, because="Over.", by=world.chair)
    assert counted[0] == counted[1]


@pytest.mark.parametrize("over", ["case", "audit", "partnership"])
def test_a_case_under_a_hold_is_not_swapped(world, over):
    audit = world.selected(1)
    other = world.nominate(audit)
    case = case_of(audit)
    assert may_part_with_case(world.chair, case)
    assert may_part_with_case(world.manager, case).code == "not-the-chair"
    held(world, **{"case": {"case": case}, "audit": {"audit": audit}}.get(over, {}))
    with pytest.raises(Refused, match="held"):
        swap_case(case, nomination=other, reason="R", by=world.chair)
    select_case(other, by=world.chair)


# ---- the clock


def test_nothing_is_destroyed_on_a_clock_that_stands_before_the_journal(world, audit, monkeypatch):
    codes = [one.code for one in ready_to_go(world.partnership)]
    earlier = timezone.now() - dt.timedelta(hours=1)
    monkeypatch.setattr(timezone, "now", lambda: earlier)
    assert clock_trouble(world.partnership.public_id) == "behind"
    with pytest.raises(Refused, match="clock-behind"):
        destroy_due(codes, by=world.manager)


def test_nothing_is_destroyed_on_a_clock_that_has_leapt_even_after_the_journal_goes_on(world, audit, monkeypatch):
    codes = [one.code for one in ready_to_go(world.partnership)]
    real = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: real() + dt.timedelta(days=365))
    assert clock_trouble(world.partnership.public_id) == "leapt"
    held(world, audit=audit, who="chair")  # any entry, as the daily head of the journal is one
    assert clock_trouble(world.partnership.public_id) == "leapt"
    with pytest.raises(Refused, match="clock-leapt"):
        destroy_due(codes, by=world.manager)
    assert rules.may_destroy_by_hand(world.manager, case_of(audit)).code == "held"
    monkeypatch.setattr(timezone, "now", real)
    assert clock_trouble(world.partnership.public_id) == "behind"


def test_a_clock_is_believed_again_30_days_after_it_leapt(world, monkeypatch):
    real = timezone.now
    for days in (100, 115, 129):
        monkeypatch.setattr(timezone, "now", lambda days=days: real() + dt.timedelta(days=days))
        assert clock_trouble(world.partnership.public_id) == "leapt"
        held(world)
    monkeypatch.setattr(timezone, "now", lambda: real() + dt.timedelta(days=131))
    assert clock_trouble(world.partnership.public_id) == ""


def test_nothing_is_destroyed_while_the_journal_ends_before_its_seal(world, audit):
    last = Entry.objects.filter(partnership=world.partnership.public_id).latest("number")
    Head.objects.update_or_create(
        partnership=world.partnership.public_id,
        defaults={"number": last.number, "digest": last.digest, "at": last.at},
    )
    assert rules.may_destroy_due(world.manager)
    Head.objects.filter(partnership=world.partnership.public_id).update(number=last.number + 1)
    assert rules.may_destroy_due(world.manager).code == "clock-restored"
    assert rules.may_destroy_by_hand(world.manager, case_of(audit)).code == "clock-restored"


# ---- pages


def test_the_pages_show_what_is_due_held_and_decided(world, audit, sign_in):
    held(world, case=case_of(audit))
    governance = sign_in(world.governance)
    page = governance.get(reverse("retention")).content.decode()
    assert "Held" in page
    assert "Case 2" in page
    assert "Only the business manager destroys what is due." in page
    assert "So we said." in governance.get(reverse("schedule")).content.decode()
    assert "HM Coroner, ref. 114" in governance.get(reverse("holds")).content.decode()
    assert sign_in(world.auditor).get(reverse("retention")).status_code == 403


def test_what_is_wrong_with_a_form_is_said(world, audit, sign_in):
    governance, manager = sign_in(world.governance), sign_in(world.manager)
    period = find_period(world.chair, "case")
    page = governance.post(
        reverse("change-period", kwargs={"record_class": "case"}),
        {"ends": "yes", "months": "", "counted_from": "published", "reason": "R", "source": "S",
         "version": period.version, "once": "a" * 32},
    )  # fmt: skip
    assert page.status_code == 422
    assert "Enter the number of months, or say that there is no end" in page.content.decode()
    given = {"audit": audit.public_id, "case": "9", "reason": "court", "asked_by": "B", "once": "b" * 32}
    page = governance.post(reverse("begin-hold"), given)
    assert f"{audit.title} has no Case 9" in page.content.decode()
    page = governance.post(reverse("begin-hold"), {**given, "audit": "everything", "case": "1"})
    assert "Choose the audit of the case, or leave its number empty" in page.content.decode()
    code = ready_to_go(world.partnership)[0].code
    page = manager.post(reverse("destroy-due"), {"chosen": [code], "sure": "yes", "once": "c" * 32})
    assert "Write “destroy” to destroy what you have chosen, or go back" in page.content.decode()
    assert not Certificate.objects.exists()


def test_a_period_without_an_end_needs_no_number(world, sign_in):
    version = find_period(world.chair, "case").version
    answer = sign_in(world.chair).post(
        reverse("change-period", kwargs={"record_class": "case"}),
        {"ends": "no", "months": "36", "counted_from": "published", "reason": "R", "source": "S", "version": version,
         "once": "a" * 32},
    )  # fmt: skip
    assert answer.status_code == 302
    assert find_period(world.chair, "case").months is None


def test_the_manager_destroys_what_is_due_from_the_page(world, audit, sign_in):
    codes = [one.code for one in ready_to_go(world.partnership)]
    with TestCase.captureOnCommitCallbacks(execute=True):
        answer = sign_in(world.manager).post(
            reverse("destroy-due"), {"chosen": codes, "sure": "Destroy", "once": "a" * 32}
        )
    assert answer.url == reverse("certificates")
    assert Key.objects.filter(kind=KeyKind.IDENTITY, destroyed_at=None).count() == 0


def test_the_pages_ask_as_much_of_the_database_for_many_as_for_one(world, audit, sign_in):
    client = sign_in(world.manager)
    held(world)
    names = ("retention", "holds", "certificates", "work-list", "destroy-due")

    def queries() -> list[int]:
        counted = []
        for name in names:
            client.get(reverse(name))
            with CaptureQueriesContext(connection) as taken:
                client.get(reverse(name))
            counted.append(len(taken))
        return counted

    for one in LegalHold.objects.standing():
        end_hold(one, because="Over.", by=world.chair)
    destroyed(world, ready_to_go(world.partnership)[0].code)
    few = queries()
    several = published_ago(world, 400)
    for number in range(3, 50):
        template = case_of(several)
        nomination = template.nomination
        nomination.pk, nomination.public_id = None, f"{number:032d}"
        nomination.save(force_insert=True)
        Case.objects.create(audit=several, number=number, nomination=nomination)
    for _ in range(5):
        end_hold(held(world, audit=several), because="Over.", by=world.chair)
    assert len(due_ahead(world.partnership)) > 45
    destroyed(world, *[one.code for one in ready_to_go(world.partnership) if one.label in ("Case 1", "Case 2")][:2])
    assert queries() == few


# ---- from the command line


@pytest.fixture
def exported(world, tmp_path):
    """A function that writes the journal to a file, as “maca journal export” does."""

    def export() -> Path:
        file = tmp_path / "journal.txt"
        file.write_bytes(b"".join(export_lines(world.partnership.public_id, world.partnership.name)))
        return file

    return export


# Without the start of the site around them, which would leave the test’s transaction.
print_due, check_holds = due.callback.__wrapped__, check.callback.__wrapped__


def test_the_command_prints_what_is_due_and_changes_nothing(world, audit, capsys):
    held(world, case=case_of(audit))
    before = Entry.objects.count()
    print_due(named=None, ahead=False)
    lines = capsys.readouterr().out.splitlines()
    day = due_by(world.partnership, today())[0].due_on.isoformat()
    assert lines == [
        "Anywhere Partnership: 1 to destroy, 2 listed",
        f"  {day}  Neglect 9, Case 1: who the child is (held: a coroner’s investigation or inquest)",
        f"  {day}  Neglect 9, Case 2: who the child is (due)",
    ]
    assert Entry.objects.count() == before


def test_the_command_says_what_comes_within_a_year_and_what_nobody_has_decided(world, capsys):
    published_ago(world, 100)
    print_due(named=None, ahead=True)
    assert capsys.readouterr().out.count("(not decided)") == 2
    decided(world, RecordClass.IDENTITY, 6)
    print_due(named=None, ahead=True)
    assert capsys.readouterr().out.count("(to come)") == 2


def test_a_hold_that_a_restore_has_lost_is_named_and_put_back(world, audit, exported, capsys):
    case = case_of(audit, 2)
    stands, ended = held(world, case=case), held(world)
    end_hold(ended, because="Over.", by=world.chair)
    file = exported()
    check_holds(file=file, put_back=False, named=None)
    assert "1 holds stood when the journal was exported, 0 of them missing here" in capsys.readouterr().out
    LegalHold.objects.all().delete()  # as in a database that was put back from before they began
    assert may_destroy_case(world.manager, case)
    with pytest.raises(SystemExit) as end:
        check_holds(file=file, put_back=False, named=None)
    assert end.value.code == 1
    said = capsys.readouterr().out
    assert f"MISSING: over {audit.slug}, Case 2" in said
    assert "Governance (coroner)" in said
    check_holds(file=file, put_back=True, named=None)
    again = LegalHold.objects.get()
    assert (again.public_id, again.case, again.reason) == (stands.public_id, case, HoldReason.CORONER)
    assert again.begun_at == Entry.objects.filter(about=f"LegalHold:{stands.public_id}").earliest("number").at
    assert may_destroy_case(world.manager, case).code == "held"


def test_a_hold_over_what_is_not_there_any_more_is_not_put_back(world, exported, capsys):
    plan = world.planned()
    held(world, audit=plan)
    file = exported()
    LegalHold.objects.all().delete()
    Audit.objects.filter(pk=plan.pk).update(slug="another")
    with pytest.raises(SystemExit):
        check_holds(file=file, put_back=True, named=None)
    assert "NOT put back: What this hold is over is not in this database." in capsys.readouterr().out


def test_a_file_that_was_changed_is_not_believed(world, exported):
    held(world)
    file = exported()
    file.write_bytes(file.read_bytes().replace(b"coroner", b"inquiry"))
    with pytest.raises(Wrong, match="cannot be believed"):
        check_holds(file=file, put_back=False, named=None)
    file.write_text("Dear all,")
    with pytest.raises(Wrong, match="cannot be read"):
        check_holds(file=file, put_back=False, named=None)
    file.write_text("{}")
    with pytest.raises(Wrong, match="is no exported journal"):
        check_holds(file=file, put_back=False, named=None)


# ---- a draw


def test_the_list_of_a_draw_is_kept_while_a_hold_stands_over_the_audit(world):
    plan = world.planned()
    cohort = read_cohort(example("csv"), "The file", today=today())
    draw = take_in_cohort(plan, cohort, file_hash="0" * 64, by=world.manager)
    stands = held(world, audit=plan)
    assert may_end_draw(world.manager, draw).code == "held"
    for end in (discard_draw, nominate_drawn):
        with pytest.raises(Refused, match="held"):
            end(draw, version=None, by=world.manager)
    assert forget_cohorts(timezone.now() + dt.timedelta(days=20)) == 0
    end_hold(stands, because="Over.", by=world.chair)
    assert forget_cohorts(timezone.now() + dt.timedelta(days=20)) == 1
