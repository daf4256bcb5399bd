"""Photographs and documents put with a return: who may, what is kept, who sees it, and that it is sealed."""

import datetime as dt
import hashlib
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image, ImageChops

from maca.briefing.operations import approve_briefing, draft_briefing, publish_briefing, send_briefing
from maca.cases.models import DestructionReason
from maca.cases.operations import destroy_case
from maca.cases.seal import case_key
from maca.journal import rules as journal_rules
from maca.journal.models import Entry
from maca.kernel.clock import today
from maca.kernel.ids import new_public_id
from maca.kernel.verdict import Refused
from maca.panel.operations import close_panel, open_panel
from maca.partnership.operations import set_uploads
from maca.returns import operations, rules
from maca.returns.models import Upload, UploadPage
from maca.returns.operations import read_upload_page, remove_upload, say_known, submit_return
from maca.returns.queries import earlier_versions, find_upload, find_upload_page, uploads_of
from maca.returns.redraw import digest_of_pages, redraw
from maca.returns.watermark import across
from maca.sealing.cipher import CannotOpenError
from maca.sealing.queries import KeyGoneError
from tests.makers import a_picture, keep_all, opened


def begun(world, cases=1):
    """A return that the health visitors have begun."""
    audit = world.circulated(cases)
    one = world.return_of(audit)
    say_known(one, version=None, by=world.auditor)
    return one


def place(upload):
    one = upload.agency_return
    return {
        "audit": one.case.audit.slug,
        "case": one.case.number,
        "agency": one.agency.slug,
        "upload": upload.public_id,
    }


def kept(upload):
    key = case_key(upload.agency_return.case)
    return tuple(key.content(page, "picture") for page in upload.pages.all())


def sending(content=None, name="kitchen.png", once=None, **more):
    day = today()
    return {
        "file": SimpleUploadedFile(name, a_picture() if content is None else content), "kind": "photograph",
        "description": "A kitchen.", "source": "Taken on a visit", "sensitivity": "usual", "dated_on-day": day.day,
        "dated_on-month": day.month, "dated_on-year": day.year, "once": once or new_public_id(), **more,
    }  # fmt: skip


def page_of(one):
    return reverse("uploads", kwargs={"audit": one.case.audit.slug, "case": one.case.number, "agency": one.agency.slug})


# ---- putting it there


def test_what_came_and_what_is_kept_are_known_by_their_hashes(world):
    content = a_picture()
    upload = world.uploaded(begun(world), content=content, by=world.auditor)
    pages = kept(upload)
    opened(upload)
    assert upload.sha256_given == hashlib.sha256(content).hexdigest()
    assert upload.sha256_kept == digest_of_pages(pages)
    assert (upload.page_count, upload.size_given, upload.size_kept) == (1, len(content), len(pages[0]))
    assert content not in pages


def test_only_the_agency_that_was_asked_puts_something_with_its_draft(world):
    one = begun(world)
    for who, person in world.people.items():
        if who not in ("auditor", "lead"):
            with pytest.raises(Refused) as refused:
                world.uploaded(one, by=person)
            assert refused.value.code == "not-your-agency", who
    assert not Upload.objects.exists()
    assert not UploadPage.objects.exists()


def test_nothing_is_added_or_taken_back_once_it_is_handed_in(world):
    audit = world.circulated(1)
    one = world.answer_all(world.return_of(audit))
    upload = world.uploaded(one, by=world.auditor)
    submit_return(one, delegated_by="The lead", version=None, by=world.auditor)
    for act in (
        lambda: world.uploaded(one, by=world.auditor),
        lambda: world.uploaded(one, replaces=upload, by=world.auditor),
        lambda: remove_upload(upload, by=world.auditor),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.code == "already-submitted"
    assert list(Upload.objects.all()) == [upload]


def test_a_partnership_can_take_none_and_those_there_stay_readable(world, sign_in):
    one = begun(world)
    upload = world.uploaded(one, by=world.auditor)
    client = sign_in(world.manager)
    assert client.post(reverse("uploads-setting"), {"takes": "no", "once": new_public_id()}).status_code == 302
    one = world.return_of(one.case.audit)
    assert rules.may_add_upload(world.auditor, one).code == "uploads-off"
    assert sign_in(world.auditor).get(page_of(one)).status_code == 403
    assert rules.may_view_upload(world.auditor, upload)
    with pytest.raises(Refused) as refused:
        set_uploads(world.partnership, takes=True, by=world.chair)
    assert refused.value.code == "not-the-manager"


@pytest.mark.parametrize(
    ("limit", "most", "code"),
    [("MOST_UPLOADS", 0, "return-full"), ("LARGEST_RETURN", 10, "return-full"),
     ("LARGEST_PARTNERSHIP", 10, "partnership-full")],
)  # fmt: skip
def test_a_return_and_a_partnership_hold_so_much_and_no_more(world, monkeypatch, limit, most, code):
    one = begun(world)
    size = world.uploaded(one, by=world.auditor).size_kept
    # Room for what is there, and for so little more.
    monkeypatch.setattr(rules, limit, most + (1 if limit == "MOST_UPLOADS" else size))
    with pytest.raises(Refused) as refused:
        world.uploaded(one, by=world.auditor, content=a_picture())
    assert refused.value.code == code
    assert Upload.objects.count() == UploadPage.objects.count() == 1
    monkeypatch.undo()  # the control
    world.uploaded(one, by=world.auditor)


def test_a_version_that_was_replaced_stays_readable_to_its_agency_alone(world):
    audit = world.circulated(1)
    one = world.answer_all(world.return_of(audit))
    first = world.uploaded(one, by=world.auditor)
    second = world.uploaded(one, replaces=first, by=world.auditor)
    third = world.uploaded(one, replaces=second, by=world.auditor)
    with pytest.raises(Refused) as refused:
        world.uploaded(one, replaces=first, by=world.auditor)
    assert refused.value.code == "replaced"
    submit_return(one, delegated_by="The lead", version=None, by=world.auditor)
    one = world.return_of(audit)
    assert uploads_of(one) == [third]
    found = find_upload(world.lead, audit.slug, 1, "health", third.public_id)
    assert earlier_versions(found) == [second, first]
    for who in ("manager", "chair", "scrutineer"):
        for upload, allowed in ((first, False), (second, False), (third, True)):
            seen = find_upload(world.people[who], audit.slug, 1, "health", upload.public_id)
            assert bool(rules.may_view_upload(world.people[who], seen)) is allowed
    assert rules.may_view_upload(world.lead, find_upload(world.lead, audit.slug, 1, "health", first.public_id))


def test_taking_one_back_takes_its_versions_and_pages_along(world):
    one = begun(world)
    other = world.uploaded(one, by=world.auditor)
    first = world.uploaded(one, by=world.auditor)
    second = world.uploaded(one, replaces=first, by=world.auditor)
    remove_upload(second, by=world.auditor)
    assert list(Upload.objects.all()) == [other]
    assert UploadPage.objects.count() == 1


# ---- seeing it


def test_the_panel_sees_what_was_handed_in_from_the_day_it_opens(world):
    audit = world.circulated(1)
    one = world.answer_all(world.return_of(audit))
    upload = world.uploaded(one, by=world.auditor)

    def may(who):
        return rules.may_view_upload(
            world.people[who], find_upload(world.people[who], audit.slug, 1, "health", upload.public_id)
        )

    assert {may(who).code for who in ("manager", "chair", "scrutineer", "member", "police_auditor")} == {"a-draft"}
    submit_return(one, delegated_by="The lead", version=None, by=world.auditor)
    assert may("manager")
    assert {may(who).code for who in ("member", "police_auditor", "social_worker")} == {"before-the-panel"}
    open_panel(audit, by=world.chair)
    assert all(may(who) for who in ("member", "police_auditor", "social_worker", "manager", "lead"))


def test_a_look_is_on_record_before_the_bytes_leave_and_counts(world, monkeypatch):
    one = begun(world)
    upload = world.uploaded(one, by=world.auditor)
    page = find_upload_page(world.auditor, one.case.audit.slug, 1, "health", upload.public_id, 1)
    before = Entry.objects.filter(is_reading=True).count()
    read_upload_page(page, by=world.auditor)
    entry = Entry.objects.filter(is_reading=True).order_by("pk").last()
    assert entry.did == "saw a page"
    assert entry.about == f"UploadPage:{page.public_id}"
    assert (entry.details["upload"], entry.details["page"]) == (upload.public_id, 1)
    assert Entry.objects.filter(is_reading=True).count() == before + 1

    def broken(*args, **kwargs):
        raise RuntimeError("the journal cannot be written")

    monkeypatch.setattr(operations, "note_reading", broken)
    with pytest.raises(RuntimeError, match="journal"):
        read_upload_page(page, by=world.auditor)


def test_each_page_counts_towards_what_one_person_is_shown_in_an_hour(world, monkeypatch):
    one = begun(world)
    pages = [world.uploaded(one, by=world.auditor).pages.get() for _ in range(3)]
    monkeypatch.setattr(journal_rules, "MOST_AN_HOUR", 2)
    for page in pages[:2]:
        read_upload_page(page, by=world.auditor)
    with pytest.raises(Refused) as refused:
        read_upload_page(pages[2], by=world.auditor)
    assert refused.value.code == "read-too-much"


def test_the_agency_sees_who_looked_at_its_pages(world, sign_in):
    audit = world.circulated(1)
    one = world.answer_all(world.return_of(audit))
    upload = world.uploaded(one, by=world.auditor)
    submit_return(one, delegated_by="The lead", version=None, by=world.auditor)
    read_upload_page(find_upload_page(world.chair, audit.slug, 1, "health", upload.public_id, 1), by=world.chair)
    assert "saw a page" in sign_in(world.lead).get(reverse("who-read-ours")).content.decode().lower()


def test_the_viewer_shows_the_page_with_the_name_of_who_looks_burnt_in(world, sign_in):
    one = begun(world)
    content = io.BytesIO()
    Image.new("RGB", (600, 800), "white").save(content, "PNG")
    upload = world.uploaded(one, content=content.getvalue(), by=world.auditor)
    client = sign_in(world.auditor)
    shown = client.get(reverse("upload", kwargs={**place(upload), "number": 1}))
    text = shown.content.decode()
    picture = reverse("upload-picture", kwargs={**place(upload), "number": 1})
    assert f'src="{picture}"' in text
    assert 'alt="Page 1 of 1: A kitchen."' in text
    digests = text.split("Check that the file is unchanged")[1].split("</details>")[0]
    assert str(opened(upload).sha256_given) in digests
    assert str(opened(upload).sha256_kept) in digests
    answer = client.get(picture)
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    seen = Image.open(io.BytesIO(answer.content)).convert("L")
    plain = Image.open(io.BytesIO(kept(Upload.objects.select_related("agency_return__case__nomination").get())[0]))
    marked = ImageChops.difference(seen, plain.convert("L")).point(lambda value: 255 if value > 20 else 0)
    # All over the page, not in a corner that can be cut off.
    for box in ((0, 0, 300, 400), (300, 0, 600, 400), (0, 400, 300, 800), (300, 400, 600, 800)):
        assert marked.crop(box).histogram()[255] > 500, box
    other = Image.open(io.BytesIO(sign_in(world.lead).get(picture).content)).convert("L")
    assert ImageChops.difference(seen, other).getbbox(), "the mark does not say who looks"


def test_a_mark_can_be_drawn_in_every_name_on_a_picture_of_any_size():
    for size in ((1, 1), (3, 2000), (2000, 3), (2000, 2000)):
        file = io.BytesIO()
        Image.new("RGB", size).save(file, "JPEG")
        assert Image.open(io.BytesIO(across(file.getvalue(), "Łucja Đặng-Ó Néill, Żory"))).size == size


@pytest.mark.parametrize("size", [(300, 200), (600, 400), (400, 900), (1240, 1754)])
def test_the_whole_name_of_who_looks_stands_on_a_small_picture_too(size):
    file = io.BytesIO()
    Image.new("RGB", size, "grey").save(file, "JPEG")

    def drawn(words):
        return Image.open(io.BytesIO(across(file.getvalue(), words))).convert("L")

    words = "Ottoline Fairweather-Marchbanks, 26 November 2026, 16:52"
    seen = drawn(words)
    for place in (0, len(words) // 2, len(words) - 1):
        other = drawn(words[:place] + "#" + words[place + 1 :])
        # In the topmost line, which is cut at no edge, and not only in another that begins further left.
        topmost = (0, 0, size[0], size[1] // 3)
        apart = ImageChops.difference(seen.crop(topmost), other.crop(topmost))
        assert apart.point(lambda value: 255 if value > 20 else 0).getbbox(), place


def test_the_page_takes_one_and_shows_what_is_kept(world, sign_in):
    one = begun(world)
    client = sign_in(world.auditor)
    assert 'enctype="multipart/form-data"' in client.get(page_of(one)).content.decode()
    answer = client.post(page_of(one), sending(question="3"))
    upload = Upload.objects.get()
    assert answer.headers["Location"] == reverse("upload", kwargs={**place(upload), "number": 1})
    assert upload.question.number == 3
    assert opened(upload).file_name == "kitchen.png"
    listed = client.get(page_of(one)).content.decode()
    assert "Photograph 1</a>, 1 page (question 3)" in listed


def test_a_double_click_adds_one_and_another_file_from_the_same_form_another(world, sign_in):
    one = begun(world)
    client, once, content = sign_in(world.auditor), new_public_id(), a_picture()
    for _ in range(3):
        assert client.post(page_of(one), sending(content, once=once)).status_code == 302
    assert Upload.objects.count() == 1
    client.post(page_of(one), sending(a_picture(), once=once))
    assert Upload.objects.count() == 2


@pytest.mark.parametrize("missing", ["file", "kind", "description", "source", "sensitivity", "dated_on-day"])
def test_what_it_is_where_from_when_and_how_sensitive_are_asked_for(world, sign_in, missing):
    one = begun(world)
    sent = sending()
    del sent[missing]
    assert sign_in(world.auditor).post(page_of(one), sent).status_code == 422
    assert not Upload.objects.exists()


def test_a_date_to_come_is_refused(world, sign_in):
    one = begun(world)
    later = today() + dt.timedelta(days=1)
    sent = sending(**{"dated_on-day": later.day, "dated_on-month": later.month, "dated_on-year": later.year})
    assert sign_in(world.auditor).post(page_of(one), sent).status_code == 422


def test_the_report_lists_what_was_handed_in_with_its_hash(world, sign_in):
    audit = world.circulated(1)
    one = world.answer_all(world.return_of(audit))
    upload = world.uploaded(one, by=world.auditor, description="A cot by a window.")
    submit_return(one, delegated_by="The lead", version=None, by=world.auditor)
    text = sign_in(world.manager).get(reverse("report", kwargs={"audit": audit.slug, "case": 1})).content.decode()
    assert "A cot by a window." in text
    assert str(opened(upload).sha256_given) in text


def test_the_list_takes_the_same_queries_for_one_and_for_many(world, sign_in):
    one = begun(world)
    client = sign_in(world.auditor)
    drawing = redraw(a_picture())
    counts = []
    client.get(page_of(one))
    for more in (1, 14):
        for _ in range(more):
            operations.add_upload(
                one, drawing, file_name="x", kind="photograph", sensitivity="usual", description="D", source="S",
                dated_on=today(), by=world.auditor,
            )  # fmt: skip
        with CaptureQueriesContext(connection) as captured:
            assert client.get(page_of(one)).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]


# ---- sealed


def test_a_page_does_not_open_in_the_place_of_another(world):
    upload = world.uploaded(begun(world), by=world.auditor)
    other = world.uploaded(upload.agency_return, by=world.auditor)
    page, foreign = upload.pages.get(), other.pages.get()
    key = case_key(upload.agency_return.case)
    assert key.content(page, "picture").startswith(b"\xff\xd8\xff")  # the control
    page.picture = foreign.picture
    with pytest.raises(CannotOpenError):
        key.content(page, "picture")


def test_destroying_the_case_makes_every_byte_unreadable(world, django_capture_on_commit_callbacks):
    audit = world.circulated(1)
    one = world.answer_all(world.return_of(audit))
    upload = world.uploaded(one, by=world.auditor)
    submit_return(one, delegated_by="The lead", version=None, by=world.auditor)
    open_panel(audit, by=world.chair)
    case = audit.cases.select_related("hearing").get()
    case.audit = audit
    world.hear(case)
    close_panel(audit, by=world.chair)
    briefing = draft_briefing(audit, by=world.manager)
    keep_all(briefing, by=world.manager)
    send_briefing(briefing, version=None, by=world.manager)
    approve_briefing(briefing, version=None, by=world.chair)
    publish_briefing(briefing, by=world.manager)
    key = case_key(world.return_of(audit).case)
    page = upload.pages.get()
    assert key.content(page, "picture")  # the control
    with django_capture_on_commit_callbacks(execute=True):
        destroy_case(case, reason=DestructionReason.ASKED, by=world.manager)
    with pytest.raises(KeyGoneError):
        case_key(world.return_of(audit).case)
    with pytest.raises(Refused) as refused:
        read_upload_page(
            find_upload_page(world.auditor, audit.slug, 1, "health", upload.public_id, 1), by=world.auditor
        )
    assert refused.value.code == "destroyed"
