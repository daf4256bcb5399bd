"""A GP who was invited gets from the link in the message to the first question in under three minutes."""

import time

import pytest

from tests.journeys.browser import Site, a_database
from tests.journeys.conftest import Visitor
from tests.journeys.test_coming_in import PASSWORD, code_of, in_site, production_settings
from tests.journeys.walking import SCAN, Walk

pytestmark = pytest.mark.browser
LONGEST = 180

ASKED = """
import django; django.setup()
from maca.audits.models import Audit
from maca.cases.operations import name_presenter, select_case
from maca.partnership.fence import installation
from maca.partnership.invitations import invite_at_the_machine, link_for
from maca.partnership.models import AgencyKind, Role
from maca.partnership.operations import register_agency
from maca.returns.operations import circulate_audit
from tests.makers import World

with installation():
    world = World("Anywhere Safeguarding Children Partnership", training=False)
    surgeries = [
        register_agency(partnership=world.partnership, name=name, kind=AgencyKind.GP, by=world.operator)
        for name in ("High Street Surgery", "Low Street Surgery")
    ]
    audit = world.planned("Neglect 9")
    case = select_case(
        world.nominate(audit, child="Zebedee Quux"), by=world.chair
    )
    world.declared(audit)
    case.refresh_from_db()
    name_presenter(case, person=world.social_worker, version=None, by=world.chair)
    circulate_audit(
        Audit.objects.get(pk=audit.pk),
        {case: surgeries},
        purpose=world.partnership.usual_purpose,
        legal_basis=world.partnership.usual_legal_basis,
        version=None,
        by=world.manager,
    )
    for surgery in surgeries:
        gp = invite_at_the_machine(
            partnership=world.partnership, name="Dr Amina Noor", email=f"gp@{surgery.slug}.example",
            post="General practitioner", roles=[Role.AUDITOR], agency=surgery, by=world.operator,
        )
        print(link_for(gp, ""))
"""


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """A site in production on which two surgeries have been asked about one case; and a link for a GP of each."""
    with a_database(f"gp_{time.time_ns()}") as database:
        site = Site(tmp_path_factory.mktemp("gp"), database, **production_settings())
        site.environment["DJANGO_SETTINGS_MODULE"] = "maca.config.settings"
        assert site.maca("keys", "check").returncode == 0  # makes the tables
        links = in_site(site, ASKED).splitlines()
        site.start()
        site.address = site.address.replace("127.0.0.1", "localhost")
        yield site, links
        site.stop()


@pytest.mark.parametrize("phone", [False, True], ids=["laptop", "phone"])
def test_a_new_gp_reaches_the_first_question_in_under_three_minutes(browser, asked, phone):
    site, links = asked
    visitor = Visitor(browser, site, phone=phone)
    walk = Walk(visitor, "gp-phone" if phone else "gp")
    began = time.monotonic()

    visitor.goto(links[phone])
    walk.page("Welcome, Dr Amina Noor", "invitation")
    walk.types("Choose a password", PASSWORD)
    walk.press("Continue")
    walk.done()

    walk.page("Add a second step", "second-step")
    walk.follow("Use an app")
    walk.done()

    walk.page("Set up an authenticator app", "app")
    walk.aside += SCAN
    secret = visitor.page.locator("main code").inner_text().replace(" ", "")
    walk.types("Code from the app", code_of(secret))
    walk.press("Continue")
    walk.done()

    walk.page("Keep these recovery codes", "recovery-codes")
    with visitor.page.expect_download():
        visitor.page.get_by_role("link", name="Save as a file").click()
    walk.clicks += 1
    walk.follow("I have kept them")
    walk.done()

    walk.page("Your work", "your-work")
    walk.follow("Answer for")
    walk.done()

    # The request can be read, and nothing else, until it is said whether there is a conflict.
    walk.page("What to do first", "request")
    assert "Zebedee" not in visitor.page.content()
    walk.follow("See who Case 1 is")
    walk.done()

    # No proof is asked for: the sign-in was a moment ago.
    walk.page("Who is Case 1?", "reason")
    walk.choose("To find our record of this family")
    walk.press("Open the identity")
    walk.done()

    walk.page("Zebedee Quux", "identity-declare")
    walk.choose("Nothing: I know neither the family nor the work with them")
    walk.press("Declare")
    walk.done()

    walk.page("Is this family known to you?", "known")
    walk.choose("Yes, we know the family")
    walk.press("Save and continue")
    walk.done()

    # The first question of every return. It and the engagement can be left for later.
    visitor.sees("First: is any child unsafe now?")
    by_the_machine = time.monotonic() - began
    assert visitor.page.url.endswith("/risk/")
    assert by_the_machine < LONGEST
    assert walk.tell(by_the_machine) < LONGEST

    # What comes after it is walked and looked at too, and not counted.
    walk.page("First: is any child unsafe now?", "immediate-risk")
    walk.choose("No")
    walk.press("Save and continue")
    walk.page("Your engagement with the family", "engagement")
    walk.press("Save and continue")
    walk.page("How do you know?", "first-question")
    assert visitor.page.url.endswith("/questions/1/")
    visitor.has_no_complaints()
    visitor.context.close()
