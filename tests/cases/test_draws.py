"""A draw from the list to the nominations, and what is left of it; and a case swapped for another."""

import datetime as dt
import hashlib
import re
import secrets

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.utils import timezone

from maca.cases.cohort import read_cohort
from maca.cases.drawing import Settings
from maca.cases.models import Case, Draw, Interest, Nomination, SwapReason
from maca.cases.operations import (
    declare_interest,
    discard_draw,
    draw_cases,
    finish_destroying,
    forget_cohorts,
    nominate_drawn,
    pass_over_case,
    read_draw,
    read_kin,
    select_case,
    swap_case,
    swap_drawn,
    take_in_cohort,
)
from maca.cases.seal import case_key, cohort_key, identity_key, nomination_keys
from maca.cases.stages import DrawStage, NominationStage
from maca.concerns.operations import raise_concern
from maca.journal.models import Entry
from maca.kernel.clock import today
from maca.kernel.verdict import Refused
from maca.kernel.versions import Changed
from maca.returns.operations import ask_who_knows, circulate_audit
from maca.sealing.models import Key, KeyKind
from maca.sealing.queries import KeyGoneError
from tests.cases.test_cohort import as_csv, as_xlsx, changed

pytestmark = pytest.mark.django_db
LEVELS = ("EH", "CIN", "CP")


def a_list(size: int = 12) -> bytes:
    return as_csv(*(
        changed(reference=f"Quilref{at}", name=f"Quillon {chr(65 + at)}bert", level=LEVELS[at % 3],
                locality="Quarrington", last_activity=today().isoformat())
        for at in range(size)
    ))  # fmt: skip


def taken_in(world, audit=None, data: bytes | None = None) -> Draw:
    data = data or a_list()
    cohort = read_cohort(data, "The file", today=today())
    return take_in_cohort(
        audit or world.planned(), cohort, file_hash=hashlib.sha256(data).hexdigest(), by=world.manager
    )


def asked(**more) -> Settings:
    return Settings(on=today(), **{"levels": {"early_help": 1, "child_protection": 2}, **more})


def drawn(world, **more) -> Draw:
    draw = taken_in(world)
    draw_cases(draw, settings=asked(**more), seed="s1", version=draw.version, by=world.manager)
    return draw


def raw_files() -> bytes:
    """Everything the two databases hold, as it lies there."""
    found = b""
    for alias in ("default", "keystore"):
        with connections[alias].cursor() as cursor:
            for table in connections[alias].introspection.table_names(cursor):
                cursor.execute(f'SELECT * FROM "{table}"')
                found += repr(cursor.fetchall()).encode()
    return found


# ---- who may, and when


@pytest.mark.parametrize("who", ["member", "lead", "auditor", "scrutineer", "social_worker", "panel_member"])
def test_only_the_business_manager_and_the_chair_draw(world, who):
    draw = drawn(world)
    by = world.people[who]
    cohort = read_cohort(a_list(), "The file", today=today())
    for act in (
        lambda: take_in_cohort(draw.audit, cohort, file_hash="", by=by),
        lambda: read_draw(draw, by=by),
        lambda: draw_cases(draw, settings=asked(), seed="s", version=None, by=by),
        lambda: swap_drawn(draw, row=2, why=SwapReason.CLOSED, words="", version=None, by=by),
        lambda: nominate_drawn(draw, version=None, by=by),
        lambda: discard_draw(draw, version=None, by=by),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.code == "not-yours"
    assert not Nomination.objects.exists()
    assert read_draw(draw, by=world.chair).lots


def test_nobody_draws_once_the_cases_are_circulated(world):
    audit = world.circulated(1)
    with pytest.raises(Refused) as refused:
        taken_in(world, audit)
    assert refused.value.code == "already-circulated"
    assert not Draw.objects.exists()


def test_there_is_one_list_at_a_time(world):
    draw = taken_in(world)
    with pytest.raises(Refused) as refused:
        taken_in(world, draw.audit)
    assert refused.value.code == "already-open"
    discard_draw(draw, version=draw.version, by=world.manager)
    assert taken_in(world, draw.audit).stage == DrawStage.OPEN


# ---- drawing, and drawing again


def test_drawing_again_is_counted_and_forgets_the_swaps(world):
    draw = drawn(world)
    row = read_draw(draw, by=world.manager).lots.drawn[0].row
    swap_drawn(draw, row=row, why=SwapReason.CLOSED, words="W", version=draw.version, by=world.manager)
    lots = draw_cases(draw, settings=asked(any_level=1), seed="s2", version=draw.version, by=world.chair)
    draw.refresh_from_db()
    assert (draw.times, draw.swaps, draw.seed, len(lots.drawn)) == (2, [], "s2", 4)
    assert draw.counts == {"read": 12, "refused": 0, "excluded": {}, "pool": 12, "drawn": 4}
    assert read_draw(draw, by=world.manager).reasons == {}
    assert Entry.objects.filter(did="drew cases").count() == 2


def test_two_who_draw_at_once_do_not_overwrite_each_other(world):
    draw = drawn(world)
    opened_at = draw.version
    draw_cases(draw, settings=asked(), seed="s3", version=opened_at, by=world.chair)
    row = read_draw(draw, by=world.manager).lots.drawn[0].row
    for act in (
        lambda: draw_cases(draw, settings=asked(), seed="s4", version=opened_at, by=world.manager),
        lambda: swap_drawn(draw, row=row, why=SwapReason.CLOSED, words="", version=opened_at, by=world.manager),
        lambda: nominate_drawn(draw, version=opened_at, by=world.manager),
        lambda: discard_draw(draw, version=opened_at, by=world.manager),
    ):
        with pytest.raises(Changed):
            act()
    draw.refresh_from_db()
    assert (draw.seed, draw.stage) == ("s3", DrawStage.OPEN)


def test_a_swap_is_kept_with_its_reason_and_the_next_in_line_comes_in(world):
    draw = drawn(world)
    before = read_draw(draw, by=world.manager).lots
    out = before.drawn[0].row
    expected = before.next_for(out).row
    into = swap_drawn(
        draw, row=out, why=SwapReason.TOO_LITTLE, words="Opened last week.", version=draw.version, by=world.manager
    )
    draw.refresh_from_db()
    assert into == expected
    assert draw.swaps == [{"out": out, "into": into, "why": "too_little"}]
    after = read_draw(draw, by=world.manager)
    assert {one.row for one in after.lots.drawn} == {one.row for one in before.drawn} - {out} | {into}
    assert after.reasons == {str(into): "Opened last week."}
    entry = Entry.objects.get(did="swapped a drawn case")
    assert entry.details["reason"] == "too_little"
    with pytest.raises(Refused) as refused:
        swap_drawn(draw, row=out, why=SwapReason.CLOSED, words="", version=draw.version, by=world.manager)
    assert refused.value.code == "not-drawn"


def test_a_swap_when_nobody_is_left_or_nobody_is_drawn_is_refused(world):
    draw = taken_in(world, data=as_csv(changed(last_activity=today().isoformat())))
    with pytest.raises(Refused) as refused:
        swap_drawn(draw, row=2, why=SwapReason.CLOSED, words="", version=None, by=world.manager)
    assert refused.value.code == "not-drawn"
    draw_cases(draw, settings=asked(), seed="s", version=None, by=world.manager)
    with pytest.raises(Refused) as refused:
        swap_drawn(draw, row=2, why=SwapReason.CLOSED, words="", version=None, by=world.manager)
    assert refused.value.code == "nobody-left"


# ---- from the draw to nominations


def test_those_drawn_become_nominations_with_who_they_are_kept_apart(world):
    draw = drawn(world)
    out = read_draw(draw, by=world.manager).lots.drawn[0].row
    swap_drawn(draw, row=out, why=SwapReason.OTHER, words="Abroad.", version=draw.version, by=world.manager)
    lots = read_draw(draw, by=world.manager).lots
    made = nominate_drawn(draw, version=draw.version, by=world.manager)
    assert [one.stage for one in made] == [NominationStage.NOMINATED] * 3
    assert sorted(one.level for one in made) == ["child_protection", "child_protection", "early_help"]
    keys = nomination_keys(made)
    said = [keys[one.public_id].open(Nomination.objects.get(pk=one.pk)) for one in made]
    for one in said:
        assert one.rationale.startswith("Drawn: by lot, one of 3 from 8 of the 12 children in a cohort, with the seed")
        assert (one.locality, one.sex, one.ethnicity, one.category) == ("Quarrington", "female", "white", "neglect")
        assert one.disability == "no"
    assert [one.rationale.count("In the place of another, because: Something else, said below. Abroad.")
            for one in said].count(1) == 1  # fmt: skip
    who = [identity_key(one).open(one.identity) for one in made]
    assert [(one.record_number, one.child) for one in who] == [
        (child.reference, child.name) for child in lots.drawn
    ]  # fmt: skip
    assert who[0].birthday == dt.date(2019, 5, 4)
    assert Entry.objects.filter(did="nominated a drawn case").count() == 3


def test_the_chair_is_told_when_a_family_that_was_drawn_was_looked_at_before(world):
    draw = drawn(world)
    child = read_draw(draw, by=world.manager).lots.drawn[0]
    earlier = world.nominate(draw.audit, child=child.name, born_on=child.born_on)
    made = nominate_drawn(draw, version=draw.version, by=world.manager)
    assert read_kin(earlier, by=world.chair).surely
    assert read_kin(made[0], by=world.chair).surely
    assert not read_kin(made[1], by=world.chair)


def test_without_a_name_there_is_no_mark_and_the_number_is_what_is_left(world):
    rows = as_csv(changed(name="", last_activity=today().isoformat()))
    draw = taken_in(world, data=rows)
    draw_cases(draw, settings=asked(), seed="s", version=None, by=world.manager)
    (one,) = nominate_drawn(draw, version=None, by=world.manager)
    assert not one.marks.exists()
    assert identity_key(one).open(one.identity).record_number == "A1"


def test_nothing_is_nominated_before_anybody_is_drawn(world):
    draw = taken_in(world)
    with pytest.raises(Refused) as refused:
        nominate_drawn(draw, version=None, by=world.manager)
    assert refused.value.code == "nobody-drawn"
    draw_cases(draw, settings=asked(levels={"looked_after": 1}), seed="s", version=None, by=world.manager)
    with pytest.raises(Refused) as refused:
        nominate_drawn(draw, version=None, by=world.manager)
    assert refused.value.code == "nobody-drawn"
    assert draw.stage == DrawStage.OPEN


# ---- what becomes of the list


@pytest.mark.django_db(transaction=True, databases=["default", "keystore"])
@pytest.mark.parametrize("end", [nominate_drawn, discard_draw])
def test_the_list_is_gone_when_the_draw_is_over_and_how_it_was_drawn_stays(world, end):
    draw = drawn(world)
    before = Draw.objects.get(pk=draw.pk)
    key = cohort_key(before)
    end(draw, version=draw.version, by=world.manager)
    now = Draw.objects.get(pk=draw.pk)
    assert bytes(now.cohort) == bytes(now.reasons) == b""
    with pytest.raises(KeyGoneError):
        cohort_key(now)
    assert key.text(before, "cohort")  # the control: what was copied elsewhere still wants the key
    row = Key.objects.get(kind=KeyKind.COHORT, owner=draw.public_id)
    assert row.wrapped is None
    assert row.destroyed_by == world.manager.public_id
    assert now.file_hash == hashlib.sha256(a_list()).hexdigest()
    assert (now.seed, now.times, now.asked_for, now.counts["pool"]) == ("s1", 1, asked(), 8)
    for act in (
        lambda: read_draw(now, by=world.manager),
        lambda: nominate_drawn(now, version=None, by=world.manager),
        lambda: discard_draw(now, version=None, by=world.manager),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.code == "over"


def test_nothing_in_the_databases_or_the_journal_says_who_is_in_a_list(world):
    draw = drawn(world)
    row = read_draw(draw, by=world.manager).lots.drawn[0].row
    swap_drawn(draw, row=row, why=SwapReason.OTHER, words="Quietly.", version=draw.version, by=world.manager)
    said = raw_files()
    for secret in (b"Quilref1", b"Quillon", b"Quarrington", b"Quietly"):
        assert secret not in said
    assert draw.seed.encode() in said  # the control


@pytest.mark.django_db(transaction=True, databases=["default", "keystore"])
def test_a_key_left_by_a_crash_is_destroyed_at_the_next_start(world):
    draw = drawn(world)
    nominate_drawn(draw, version=None, by=world.manager)
    other = taken_in(world)
    Key.objects.filter(owner=draw.public_id).update(wrapped=b"x", destroyed_at=None)
    assert finish_destroying() == 1
    assert Key.objects.get(owner=draw.public_id).wrapped is None
    assert cohort_key(other)
    assert finish_destroying() == 0


@pytest.mark.django_db(transaction=True, databases=["default", "keystore"])
def test_a_list_that_nobody_finished_with_is_forgotten(world):
    now = timezone.now()
    draw, old, circulated = taken_in(world), taken_in(world), taken_in(world, world.selected(1))
    Draw.objects.filter(pk=old.pk).update(uploaded_at=now - dt.timedelta(days=14, minutes=1))
    Draw.objects.filter(pk=draw.pk).update(uploaded_at=now - dt.timedelta(days=13, hours=23))
    circulate_audit(
        circulated.audit, {case: [world.health] for case in circulated.audit.cases.all()}, purpose="P",
        legal_basis="L", version=None, by=world.manager,
    )  # fmt: skip
    assert forget_cohorts(now) == 2
    stages = {one.pk: one.stage for one in Draw.objects.all()}
    assert stages == {draw.pk: DrawStage.OPEN, old.pk: DrawStage.DISCARDED, circulated.pk: DrawStage.DISCARDED}
    for one in (old, circulated):
        with pytest.raises(KeyGoneError):
            cohort_key(one)
    assert cohort_key(draw)
    assert forget_cohorts(now) == 0


# ---- the page


def keys_of(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(once|version|draw)"[^>]* value="([^"]*)"', page))


def test_the_page_from_list_to_nominations_shows_nobody(world, sign_in):
    audit, client = world.planned(), sign_in(world.manager)
    path = f"/audits/{audit.slug}/draw/"
    page = client.get(path).content.decode()
    file = SimpleUploadedFile("Quillon.csv", a_list())
    assert client.post(path, {**keys_of(page), "file": file}).status_code == 302
    page = client.get(path).content.decode()
    assert "12 children were read from the list" in page
    assert "4 in the file" in page
    day = today()
    sent = {"what": "draw", "level-3": "2", "seed": "s1", "on-day": day.day, "on-month": day.month, "on-year": day.year}
    refused = client.post(path, {**keys_of(page), **sent, "level-3": ""})
    assert refused.status_code == 422
    assert "Say how many cases to draw" in refused.content.decode()
    refused = client.post(path, {**keys_of(page), **sent, "level-3": "61"})
    assert refused.status_code == 422
    refused = client.post(path, {**keys_of(page), **sent, "seed": "not so"})
    assert "The seed must be" in refused.content.decode()
    assert client.post(path, {**keys_of(page), **sent, "locality-1": "1"}).status_code == 302
    page = client.get(path).content.decode()
    assert "Drawn: 2 of 4 in the pool" in page
    assert "Of a level that nobody is drawn from: 8" in page
    row = re.search(r'<th scope="row" class="govuk-table__header">(\d+)</th>', page)[1]
    swap = {**keys_of(page), "what": "swap", "row": row, "why": "other", "words": ""}
    refused = client.post(path, swap)
    assert refused.status_code == 422
    assert "Say in your own words" in refused.content.decode()
    assert client.post(path, {**swap, "words": "Moved."}).status_code == 302
    page = client.get(path).content.decode()
    assert f"Row {row} gave its place to row" in page
    everything = page
    response = client.post(path, {**keys_of(page), "what": "nominate"})
    assert response.headers["Location"] == f"/audits/{audit.slug}/nominations/"
    assert Nomination.objects.count() == 2
    page = client.get(path).content.decode()
    assert "Draws that are over" in page
    assert "at least 1 of “Quarrington”" in page
    for secret in ("Quilref", "Quillon"):
        assert secret not in everything + page
    late = client.post(path, {**keys_of(everything), "what": "discard"})
    assert late.status_code == 403
    assert "The draw that this page showed is over" in late.content.decode()


def test_nobody_nominates_swaps_or_discards_a_draw_that_they_have_not_seen(world, sign_in):
    draw, client = drawn(world), sign_in(world.manager)
    path = f"/audits/{draw.audit.slug}/draw/"
    seen = keys_of(client.get(path).content.decode())
    draw_cases(draw, settings=asked(), seed="s2", version=draw.version, by=world.chair)
    row = read_draw(draw, by=world.chair).lots.drawn[0].row
    for sent in ({"what": "nominate"}, {"what": "discard"}, {"what": "swap", "row": row, "why": "other", "words": "W"}):
        late = client.post(path, {**seen, **sent, "once": secrets.token_hex(16)})
        assert (late.status_code, "drawn anew" in late.content.decode()) == (403, True), sent
    # Nor what came after it, with a version as low as its own.
    discard_draw(draw, version=None, by=world.chair)
    again = taken_in(world, draw.audit)
    other = client.post(path, {**seen, "version": str(again.version), "what": "discard", "once": secrets.token_hex(16)})
    assert other.status_code == 403
    assert not Nomination.objects.exists()
    now = keys_of(client.get(path).content.decode())
    assert client.post(path, {**now, "what": "discard"}).status_code == 302  # the control


def test_a_list_sent_while_another_lies_here_is_refused_and_not_mixed_up(world, sign_in):
    audit, client = world.planned(), sign_in(world.chair)
    path = f"/audits/{audit.slug}/draw/"
    keys = keys_of(client.get(path).content.decode())
    taken_in(world, audit)
    response = client.post(path, {**keys, "file": SimpleUploadedFile("a.csv", a_list(3))})
    assert response.status_code == 403
    assert "Somebody has sent a list meanwhile." in response.content.decode()
    assert Draw.objects.get().counts["read"] == 12


def test_a_bad_list_comes_back_with_a_sentence_and_the_page_offers_the_example(world, sign_in):
    audit, client = world.planned(), sign_in(world.manager)
    path = f"/audits/{audit.slug}/draw/"
    keys = keys_of(client.get(path).content.decode())
    response = client.post(path, {**keys, "file": SimpleUploadedFile("a.xlsx", as_xlsx(["x"], heading=["Who"]))})
    assert response.status_code == 422
    assert "lacks the columns" in response.content.decode()
    for kind in ("csv", "xlsx"):
        got = client.get(f"{path}?example={kind}")
        assert got.headers["Content-Disposition"] == f'attachment; filename="children-example.{kind}"'
        assert len(read_cohort(got.content, "x", today=dt.date(2026, 11, 25)).children) == 2
    assert "attachment" not in client.get(f"{path}?example=exe").headers.get("Content-Disposition", "")


def test_a_list_with_many_localities_asks_for_no_numbers_of_them(world, sign_in):
    rows = [changed(reference=f"R{at}", locality=f"Street {at}") for at in range(26)]
    draw = taken_in(world, data=as_csv(*rows))
    page = sign_in(world.manager).get(f"/audits/{draw.audit.slug}/draw/").content.decode()
    assert "The list has 26 localities" in page
    assert "Street 3" not in page


# ---- a case is swapped for another nomination


def test_a_case_is_swapped_for_another_nomination_under_a_new_number(world):
    audit = world.selected(2)
    other = world.nominate(audit, child="Other Child")
    ask_who_knows(audit, [world.health], by=world.manager)
    case = audit.cases.get(number=2)
    before = case.nomination
    taken = swap_case(case, nomination=other, reason="Proceedings have begun.", by=world.chair)
    assert taken.label == "Case 3"
    assert [one.number for one in audit.cases.all()] == [1, 3]
    other.refresh_from_db()
    before.refresh_from_db()
    assert (other.stage, before.stage) == (NominationStage.SELECTED, NominationStage.NOT_SELECTED)
    assert nomination_keys([before])[before.public_id].open(before).decision == "Proceedings have begun."
    assert not taken.declarations.exists()
    entry = Entry.objects.get(did="swapped a case")
    assert (entry.details["case"], entry.details["now"]) == ("Case 2", "Case 3")
    # Swapped back, it has yet another number.
    assert swap_case(taken, nomination=before, reason="R", by=world.chair).label == "Case 4"
    assert select_case(world.nominate(audit), by=world.chair).label == "Case 5"


@pytest.mark.parametrize("who", ["manager", "member", "lead", "scrutineer"])
def test_only_the_chair_swaps_a_case(world, who):
    audit = world.selected(1)
    other = world.nominate(audit)
    with pytest.raises(Refused) as refused:
        swap_case(audit.cases.get(), nomination=other, reason="R", by=world.people[who])
    assert refused.value.code == "not-the-chair"
    assert audit.cases.get().number == 1


def test_a_case_is_swapped_only_before_circulation_and_only_for_a_nomination_of_its_own_audit(world):
    audit = world.selected(2)
    first, second = audit.cases.order_by("number")
    elsewhere = world.nominate(world.planned("Neglect 10"))
    for wrong in (elsewhere, second.nomination, first.nomination):
        with pytest.raises(Refused) as refused:
            swap_case(first, nomination=wrong, reason="R", by=world.chair)
        assert refused.value.code == "not-to-be-had"
    other = world.nominate(audit)
    pass_over_case(other, reason="R", by=world.chair)
    world.circulated(1)
    circulate_audit(
        audit, {case: [world.health] for case in audit.cases.all()}, purpose="P", legal_basis="L", version=None,
        by=world.manager,
    )  # fmt: skip
    with pytest.raises(Refused) as refused:
        swap_case(first, nomination=other, reason="R", by=world.chair)
    assert refused.value.code == "already-circulated"


def test_a_case_about_which_a_concern_was_raised_stays(world):
    audit = world.selected(1)
    case, other = audit.cases.get(), world.nominate(audit)
    raise_concern(case, what="A mark.", found_at=timezone.now(), told=None, by=world.member)
    with pytest.raises(Refused) as refused:
        swap_case(case, nomination=other, reason="R", by=world.chair)
    assert refused.value.code == "written-about"
    other.refresh_from_db()
    assert other.stage == NominationStage.NOMINATED
    assert Case.objects.get(audit=audit).number == 1


def test_what_was_declared_of_one_child_is_never_taken_for_another(world, sign_in):
    """Somebody opens the page to declare, the case is swapped, and then they send it."""
    audit = world.selected(1)
    case, other = audit.cases.get(), world.nominate(audit)
    case.declarations.filter(person=world.member).delete()
    client = sign_in(world.member)
    path = f"/audits/{audit.slug}/cases/1/interest/"
    keys = keys_of(client.get(path).content.decode())
    taken = swap_case(case, nomination=other, reason="R", by=world.chair)
    assert client.post(path, {**keys, "interest": "none"}).status_code == 404
    assert not taken.declarations.exists()
    assert declare_interest(taken, interest=Interest.NONE, by=world.member)


def test_the_page_to_swap_shows_what_there_is_to_swap_for(world, sign_in):
    audit = world.selected(1)
    client = sign_in(world.chair)
    path = f"/audits/{audit.slug}/cases/1/swap/"
    assert "There is no other nomination" in client.get(path).content.decode()
    other = world.nominate(audit)
    page = client.get(path).content.decode()
    assert "Nomination 2: Child protection plan, 5 to 9" in page
    assert "The other nomination becomes Case 2" in page
    response = client.post(path, {**keys_of(page), "nomination": other.public_id, "reason": "Two of one family."})
    assert response.status_code == 302
    page = client.get(f"/audits/{audit.slug}/nominations/").content.decode()
    assert "Left out: Two of one family." in page
    assert case_key(audit.cases.get())
