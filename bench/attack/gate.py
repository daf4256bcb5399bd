"""What becomes of a briefing when everything that the gate asks about is decided on, by rule and by no one's taste.

Nobody reads anything: each thing is taken as the gate lists it, the certain first, and decided by what the gate itself
offers for it:

1. what tells of one case together is said of the whole audit;
2. where the gate suggests other words, each point says them;
3. where it suggests none, or they would leave the words standing, the point is left out;
4. what cannot be left out, such as a question, is kept.

A dutiful reader leaves a point out for a word that nobody knows (3); a hasty one keeps all of those. After each
decision the briefing is screened again, as on the site.
"""

from collections.abc import Iterable, Mapping

from maca.briefing.deciding import TOGETHER, Hit, hits
from maca.briefing.points import pooled, said
from maca.briefing.screening.identity import Known
from maca.briefing.screening.rewording import suggested
from maca.briefing.screening.spans import UNKNOWN
from maca.briefing.value import SixSteps

# Whom the kinds of the gate name outright. Without these a briefing is what people call anonymised.
DIRECT = {
    "person",
    "place",
    "school",
    "service",
    "address",
    "postcode",
    "review",
    "reference",
    "email",
    "link",
    "phone",
}


def found_in(value: SixSteps, kept: Mapping[str, Iterable[str]]) -> list[Hit]:
    """What there is to decide on, without the layer of the sealed identities: the gate has to do without it."""
    return [
        one for one in hits(value, Known(), published_by="", mark=lambda text: text, kept=kept)
        if one.undecided
    ]  # fmt: skip


def decided(value: SixSteps, *, hasty: bool = False) -> SixSteps:
    """The briefing after the gate."""
    kept: dict[str, list[str]] = {}
    while found := found_in(value, kept):
        hit = found[0]
        places = {one.point.place for one in hit.undecided}
        if hit.kind == TOGETHER:
            value = pooled(value, places)
            continue
        if hasty and hit.kind == UNKNOWN:
            kept[hit.public_id] = [one.digest for one in hit.stands]
            continue
        words = {one.point.place: suggested(one.point.text, one.spans) for one in hit.undecided}
        after = said(value, words)
        still = next((one for one in found_in(after, kept) if one.public_id == hit.public_id), None)
        if still is None:
            value = after
        elif hit.may_go:
            value = said(value, dict.fromkeys(places, ""))
        else:
            kept[hit.public_id] = [one.digest for one in hit.stands]
    return value


def without_names(value: SixSteps) -> SixSteps:
    """The briefing without what names somebody or something outright, and with all else as it was."""
    words = {}
    for hit in found_in(value, {}):
        if hit.kind in DIRECT:
            for one in hit.undecided:
                text = words.get(one.point.place, one.point.text)
                for span in one.spans:
                    text = text.replace(span.text, "")
                words[one.point.place] = text
    return said(value, words)
