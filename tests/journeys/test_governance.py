"""Who did and who saw what, as those who answer for it look it up; and a seat for somebody from outside."""

import pytest

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("how", [{}, {"phone": True}, {"scripts": False}], ids=["laptop", "phone", "no-scripts"])
def test_the_officer_and_a_lead_see_who_read_what(visitor, how):
    manager = visitor(**how).is_now("Priya Nair")
    manager.goto("/audits/neglect-3/cases/2/report/")
    manager.goto("/audits/neglect-3/cases/2/identity/")
    manager.choose("To check that the identity is right")
    manager.press("Open the identity")
    officer = visitor(**how).is_now("Farah Malik")
    officer.follow("Journal")
    officer.sees("Who did and who saw what")
    officer.goto("/journal/?kind=reading&case=2")
    officer.sees("Read a report")
    officer.sees("To check that the identity is right")
    officer.picture("journal")
    assert officer.goto("/audits/neglect-3/cases/2/report/") in (403, 404)
    officer.complaints.clear()
    officer.goto("/journal/out-of-the-ordinary/")
    officer.sees("Of the last 30 days")
    officer.picture("out-of-the-ordinary")
    lead = visitor(**how).is_now("Samuel Adeyemi")
    lead.follow("Who read ours")
    lead.sees("Opened an identity")
    lead.picture("who-read-ours")
    for one in (manager, officer, lead):
        one.has_no_complaints()


@pytest.mark.parametrize("how", [{}, {"phone": True}], ids=["laptop", "phone"])
def test_the_chair_gives_a_seat_for_one_case(visitor, how):
    chair = visitor(**how).is_now("Margaret Osei")
    chair.goto("/audits/neglect-3/cases/1/panel/")
    chair.sees("A seat is for somebody else, and for this case only.")
    chair.choose("Owen Davies, Named doctor")
    chair.picture("seats")
    chair.press("Save")
    chair.sees("Saved. They see the case")
    chair.has_no_complaints()
    assert chair.goto("/audits/neglect-3/cases/1/interests/") == 200
    chair.sees("Interests declared in Case 1")
    chair.picture("interests")
    chair.has_no_complaints()
    doctor = visitor(**how).is_now("Owen Davies")
    assert doctor.goto("/audits/neglect-3/cases/1/") == 200
    doctor.sees("Have you a conflict of interest in Case 1?")
    assert doctor.goto("/audits/neglect-3/cases/2/") == 404
