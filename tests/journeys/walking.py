"""How long a person takes for what a journey does.

The machine walks the pages; a person is estimated from what it did, by the keystroke-level model of Card, Moran and
Newell: so many seconds for each key, each movement and each decision.
"""

from dataclasses import dataclass, field

from tests.journeys.conftest import PICTURES, Visitor

# Seconds. The first four are the model's own: an average typist’s key, pointing, pressing, making up one’s mind.
KEY, POINT, PRESS, DECIDE = 0.28, 1.1, 0.2, 1.35
# How fast adults read English in silence (Brysbaert 2019). What was read is not read again, and whoever has a task
# looks for the next step: no page holds them for more than 12 seconds. How long it would take somebody who reads every
# word is told too.
AVERAGE = 238
LONGEST_LOOK = 12.0
# An allowance for what is done beside the page: take the phone out, open the app, point its camera.
SCAN = 15.0


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
    words_a_minute: int = AVERAGE

    def press(self, name: str) -> None:
        self.visitor.press(name)
        self.clicks += 1

    def follow(self, name: str) -> None:
        self.visitor.follow(name)
        self.clicks += 1

    def choose(self, label: str) -> None:
        self.visitor.choose(label)
        self.clicks += 1

    def picks(self, label: str, option: str) -> None:
        """From a drop-down list: opened, and chosen in."""
        self.visitor.page.get_by_label(label, exact=True).select_option(label=option)
        self.clicks += 2

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
            reading, acting = words / (self.words_a_minute / 60), clicks * (DECIDE + POINT + PRESS) + keys * KEY + aside
            seconds = min(reading, LONGEST_LOOK) + acting
            total, whole = total + seconds, whole + reading + acting
            print(f"{picture:20}{words:7}{clicks:8}{keys:6}{seconds:9.1f}")
        sums = [sum(step[at] for step in self.steps) for at in (1, 2, 3)]
        print(f"{len(self.steps):2} pages{'':12}{sums[0]:7}{sums[1]:8}{sums[2]:6}{total:9.1f}")
        print(f"reading every word: {whole:.0f} s; by the machine, with axe on every page: {by_the_machine:.1f} s")
        return total
