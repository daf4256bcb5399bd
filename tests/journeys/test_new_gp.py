"""A GP who was invited gets from the link in the message to the first question in under three minutes.

The machine walks the pages; how long a person takes is estimated from what it did, by the keystroke-level
model of Card, Moran and Newell: so many seconds for each key, each movement and each decision.
"""

import time
from dataclasses import dataclass, field

import pytest

from tests.journeys.browser import Site, a_database
from tests.journeys.conftest import PICTURES, Visitor
from tests.journeys.test_coming_in import PASSWORD, code_of, in_site, production_settings

pytestmark = pytest.mark.browser
LONGEST = 180

# Seconds. The first four are the model's own: an average typist’s key, pointing, pressing, making up one’s mind.
KEY, POINT, PRESS, DECIDE = 0.28, 1.1, 0.2, 1.35
# 238 words a minute is how fast adults read English in silence (Brysbaert 2019). What was read is not read again, and
# whoever has a task looks for the next step: no page holds them for more than 12 seconds. How long it would take
# somebody who reads every word is told too.
WORDS_A_SECOND = 238 / 60
LONGEST_LOOK = 12.0
# An allowance for what is done beside the page: take the phone out, open the app, point its camera.
SCAN = 15.0

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


@dataclass
class Walk:
    """What a visitor did, and how long it would take somebody of flesh and blood."""

    visitor: Visitor
    name: str
    steps: list[tuple[str, int, int, int, float]] = field(default_factory=list)
    read: set[str] = field(default_factory=set)
    clicks: int = 0
    keys: int = 0
    aside: float = 0.0

    def press(self, name: str) -> None:
        self.visitor.press(name)
        self.clicks += 1

    def follow(self, name: str) -> None:
        self.visitor.follow(name)
        self.clicks += 1

    def choose(self, label: str) -> None:
        self.visitor.choose(label)
        self.clicks += 1

    def types(self, label: str, text: str) -> None:
        self.visitor.page.get_by_label(label, exact=True).fill(text)
        self.clicks += 1
        self.keys += len(text)

    def page(self, heading: str, picture: str) -> None:
        """The page before this one is done with; this one is looked at."""
        self.visitor.sees(heading)
        number = len(self.steps) + 1
        if PICTURES:
            self.visitor.pictured = True
            self.visitor.picture(f"{self.name}-{number}-{picture}")
        # What is folded away is not read, and neither is a line that was on a page before, or a line of digits.
        shown = {line.strip() for line in self.visitor.page.inner_text("main").splitlines()}
        lines = {line for line in shown if not line.isdigit()}
        words = sum(len(line.split()) for line in lines - self.read)
        self.read |= lines
        self.steps.append((picture, words, 0, 0, 0.0))

    def done(self) -> None:
        """Note what it took to leave this page."""
        picture, words, *_ = self.steps[-1]
        self.steps[-1] = (picture, words, self.clicks, self.keys, self.aside)
        self.clicks, self.keys, self.aside = 0, 0, 0.0

    def tell(self, by_the_machine: float) -> float:
        """Print what each page costs; answers how many seconds a person would take in all."""
        total = whole = 0.0
        print(f"\n{self.name}: a person, by the keystroke-level model")
        print(f"{'page':20}{'words':>7}{'clicks':>8}{'keys':>6}{'seconds':>9}")
        for picture, words, clicks, keys, aside in self.steps:
            reading, acting = words / WORDS_A_SECOND, clicks * (DECIDE + POINT + PRESS) + keys * KEY + aside
            seconds = min(reading, LONGEST_LOOK) + acting
            total, whole = total + seconds, whole + reading + acting
            print(f"{picture:20}{words:7}{clicks:8}{keys:6}{seconds:9.1f}")
        sums = [sum(step[at] for step in self.steps) for at in (1, 2, 3)]
        print(f"{len(self.steps):2} pages{'':12}{sums[0]:7}{sums[1]:8}{sums[2]:6}{total:9.1f}")
        print(f"reading every word: {whole:.0f} s; by the machine, with axe on every page: {by_the_machine:.1f} s")
        return total


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
