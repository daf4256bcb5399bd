"""Who keeps the register of people, walked in a browser."""

import pytest

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("how", [{}, {"phone": True}, {"scripts": False}], ids=["laptop", "phone", "no-scripts"])
def test_people_come_change_and_go(visitor, site, request, how):
    name = f"Newcomer {request.node.callspec.id.title()}"
    manager = visitor(**how).is_now("Priya Nair")
    manager.follow("People and roles")
    manager.follow("Invite somebody")
    manager.press("Send the invitation")
    manager.sees("There is a problem")
    manager.fill("Name", name)
    manager.fill("Post", "Named midwife")
    manager.fill("Work e-mail address", f"{request.node.callspec.id}@hospital.example")
    manager.choose("Panel member")
    manager.choose("Scrutineer")
    manager.press("Send the invitation")
    manager.sees("“Scrutineer” goes with no other role")
    manager.page.get_by_label("Scrutineer", exact=True).uncheck()
    manager.picture("invite")
    manager.press("Send the invitation")
    manager.sees("The invitation went out")
    manager.sees("Invited")
    manager.picture("person")
    assert any(f"{request.node.callspec.id}@" in file.read_text() for file in (site.data / "mail").iterdir())
    manager.follow("Send a new invitation")
    manager.press("Send a new invitation")
    manager.follow("Change roles")
    manager.choose("Sub-group member")
    manager.press("Save")
    manager.sees("Sub-group member, Panel member")
    manager.follow("End the account")
    manager.choose("Never joined")
    manager.press("End the account")
    manager.sees("Accounts that have ended")
    manager.picture("people")
    lead = visitor(**how).is_now("Samuel Adeyemi")
    lead.follow("People and roles")
    lead.follow("Who still needs an account?")
    lead.sees("Leah Stone")
    lead.choose("Still works here and still needs this")
    lead.picture("still-needed")
    lead.press("Send")
    lead.sees("Your answers have been kept.")
    lead.has_no_complaints()
    # The browser itself remarks on the two forms that came back.
    assert not [one for one in manager.complaints if "422" not in one]
