"""Every span of a text that could tell of one family, each with its class and why.

Layers, of which the first that knows a span has it: what has a form of its own (numbers, dates, addresses), what the
lists know (names, places), what tells without a name (ages, counts, events), and every other word that is written with
a capital or that nobody knows, for a person to decide. Plain functions: the same text has the same spans, and nothing
is asked of anybody.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import phonenumbers
from stdnum.gb import nhs, upn
from uk_postcodes_parsing import ukpostcode

from maca.briefing.screening import lists
from maca.briefing.screening.lists import folded

UNKNOWN = "unknown"


@dataclass(frozen=True, order=True)
class Span:
    """Characters `start` to `end` of the text. `kind` is its class; a `certain` one is an identifier by its form or by
    a list, the others are for a person to decide."""

    start: int
    end: int
    text: str
    kind: str
    why: str
    certain: bool


_WORD = re.compile(r"(?<!\w)(?:[^\W\d_](?:[\w’'.-]{0,60}\w)?|\d{1,12}[A-Za-z]\w*)")
# A year at school, the sections of the Act that the work names, a quarter of a year. “S12” is a part of a town.
_SHORT = re.compile(r"[Yy]\d{1,2}|[Ss](?:17|20|31|47|85)|[Qq][1-4]")
_SPACE = re.compile(r"[^\S\n\r]")
_FREE = re.compile(rb"\0+")
_NOT = re.compile(r"n?[’'](?:t|ve|re|ll|d|m)$")
_ENDS = re.compile(r"[.!?:•●▪\n\t\r“”\"(–—-]\s{0,12}$|^\s{0,12}$")
_OUTWARD = re.compile(r"\b(?:[A-Z]{1,2}\d{1,2}[A-Z]?)(?: (?:area|postcode)|\b)")
# Words that begin a sentence and are names too.
_BEGINS_WORDS = "will may can has an do in he she his her am as no so more van but de la le sole art any even"
_SMALL_WORDS = "a an at by in is of on the to was"
_LEFT = frozenset(_SMALL_WORDS.split())
_BEGINS = frozenset(_BEGINS_WORDS.split())


def screen(text: str) -> list[Span]:
    """The spans of a text in its order. None overlaps another."""
    as_written, text = text, _SPACE.sub(" ", text)  # of the same length
    taken = bytearray(len(text))
    found: list[Span] = []

    def take(start: int, end: int, kind: str, why: str, certain: bool) -> None:
        # What an earlier layer has left of it.
        for free in list(_FREE.finditer(taken, start, end)):
            begins, ends = free.span()
            while begins < ends and not text[begins].isalnum():
                begins += 1
            while ends > begins and (text[ends - 1].isspace() or text[ends - 1] in ",;:-–—"):
                ends -= 1
            # Of “at four years old” the age is taken, and “at” tells nothing by itself.
            left = (begins, ends) != (start, end) and text[begins:ends].lower() in _LEFT
            if begins < ends and not left and (ends - begins > 1 or (begins, ends) == (start, end)):
                taken[begins:ends] = b"\1" * (ends - begins)
                found.append(Span(begins, ends, as_written[begins:ends], kind, why, certain))

    for start, end, kind, why in _numbers(text):
        take(start, end, kind, why, True)
    for form in lists.forms():
        for one in form.pattern.finditer(text):
            if form.kind in ("school", "service", "place") and _is_practice(one[0]):
                continue
            take(*one.span(form.group), form.kind, form.why, form.certain)
    for start, end, kind, why, certain in _named(text):
        take(start, end, kind, why, certain)
    for one_telling in lists.telling():
        for one in one_telling.pattern.finditer(text):
            take(*one.span(), one_telling.kind, one_telling.why, False)
    for start, end, why in _unknown(text):
        take(start, end, UNKNOWN, why, False)
    return sorted(found)


def _numbers(text: str) -> Iterator[tuple[int, int, str, str]]:
    """What a check digit or a grammar knows for certain."""
    for one in re.finditer(r"(?<![\d/-])\d(?:[\s-]{0,2}\d){9}(?![\d/-])", text):
        if nhs.is_valid("".join(filter(str.isdigit, one[0]))):
            yield *one.span(), "nhs_number", "an NHS number: its check digit is right"
    for one in re.finditer(r"\b[A-Z]\d{11}[A-Z0-9]\b", text):
        why = "its check letter is right" if upn.is_valid(one[0]) else "of its form"
        yield *one.span(), "upn", f"a unique pupil number: {why}"
    for match in phonenumbers.PhoneNumberMatcher(text, "GB", leniency=phonenumbers.Leniency.POSSIBLE):
        digits = re.sub(r"\D", "", match.raw_string)
        if len(digits) >= 9 and (digits[0] == "0" or digits.startswith("44")):
            yield match.start, match.end, "phone", "a telephone number"
    at = 0
    for code in ukpostcode.parse_from_corpus(text):
        begin = text.find(code.original, at)
        if begin >= 0:
            at = begin + len(code.original)
            apart = not text[begin - 1 : begin].isalnum() and not text[at : at + 1].isalnum()
            if apart and (code.is_in_ons_postcode_directory or code.original.isupper()):
                yield begin, at, "postcode", "a postcode"


def _is_practice(words: str) -> bool:
    """Every word is one that the work writes with a capital."""
    said = [folded(one).removesuffix("'s") for one in re.findall(r"[\w’'-]+", words)]
    return all(one in lists.capitals() or one in ("the", "of", "and", "for", "on") or one.upper() in lists.letters()
               for one in said)  # fmt: skip


def _begins_sentence(text: str, start: int) -> bool:
    return bool(_ENDS.search(text[max(0, start - 12) : start]))


def _named(text: str) -> Iterator[tuple[int, int, str, str, bool]]:
    """Names and places that the lists know."""
    tokens = [(one.start(), one.end(), one[0]) for one in re.finditer(r"[^\W\d_][\w’']*", text)]
    at = 0
    while at < len(tokens):
        place = _place_at(text, tokens, at)
        if place:
            length, certain = place
            yield tokens[at][0], tokens[at + length - 1][1], "place", "a place in the United Kingdom", certain
            at += length
            continue
        name = _name_at(text, tokens, at)
        if name:
            length, certain, why = name
            yield tokens[at][0], tokens[at + length - 1][1], "person", why, certain
            at += length
            continue
        at += 1


def _word(token: str) -> str:
    said = folded(token)
    return said.removesuffix("'s").removesuffix("'")


def _place_at(text: str, tokens: list[tuple[int, int, str]], at: int) -> tuple[int, bool] | None:
    for length in (4, 3, 2, 1):
        those = tokens[at : at + length]
        if len(those) < length or any(
            text[one[1] : other[0]] not in (" ", "-", "’", "'") for one, other in pairwise(those)
        ):
            continue
        said = tuple(_word(one[2]) for one in those)
        if said not in lists.places():
            continue
        is_word = all(one in lists.words() for one in said)
        capital = those[0][2][0].isupper()
        if length > 1:
            return (length, capital) if capital or not is_word else None
        one = said[0]
        is_name = one in lists.given() or one in lists.family()
        if not capital:
            return (1, True) if not (is_word or is_name) and len(one) > 4 else None
        if one in lists.capitals() or one in _BEGINS or (is_word and _begins_sentence(text, those[0][0])):
            return None
        return 1, not is_word and not is_name
    return None


def _name_at(text: str, tokens: list[tuple[int, int, str]], at: int) -> tuple[int, bool, str] | None:
    start, _, token = tokens[at]
    said = _word(token)
    is_given, is_family = said in lists.given(), said in lists.family()
    if not (is_given or is_family) or len(said) < 2 or (token.isupper() and token in lists.letters()):
        return None
    is_word = said in lists.words() or said in lists.capitals()
    why = "a given name" if is_given else "a family name"
    begins = _begins_sentence(text, start)
    if not token[0].isupper():
        if is_word:  # only where a bullet begins without a capital, as when somebody typed in haste
            hasty = is_given and begins and said not in lists.capitals() and said not in _BEGINS
            return (1, False, f"{why} that is a word too") if hasty else None
        return (1, True, why) if is_given and len(said) > 3 else None
    length = 1
    while (
        at + length < len(tokens)
        and tokens[at + length][2][0].isupper()
        and text[tokens[at + length - 1][1] : tokens[at + length][0]] in (" ", "-")
        and not tokens[at + length][2].isupper()
        and _word(tokens[at + length][2]) not in lists.capitals()
        and length < 3
    ):
        length += 1
    if length > 1 and said in _BEGINS:  # “Will Smith” is somebody, and “Will Social Care” nobody
        after = _word(tokens[at + 1][2])
        is_name = after in lists.family() and after not in lists.capitals()
        return (length, after not in lists.words(), why) if is_name else None
    if length > 1 and is_given and said not in lists.capitals():
        return length, True, "a given name with what stands after it"
    if not is_word:
        return 1, True, why
    if said in lists.capitals() or said in _BEGINS or (begins and not is_given):
        return None
    return 1, False, f"{why} that is a word too"


def _unknown(text: str) -> Iterator[tuple[int, int, str]]:
    for one in _OUTWARD.finditer(text):
        if one[0].split()[0] not in lists.letters() and not _SHORT.fullmatch(one[0]):
            yield *one.span(), "letters and figures that nobody knows: a part of a postcode, or a reference"
    for one in _WORD.finditer(text):
        token = one[0].removesuffix("’s").removesuffix("'s").rstrip(".’'")
        if not token or token.upper() in lists.letters() or token.rstrip("s").upper() in lists.letters():
            continue
        parts = [part for part in re.split(r"[-.’']", _NOT.sub("", token)) if part]
        said = [folded(part) for part in parts]
        if token[0].isdigit() or _SHORT.fullmatch(token):
            continue
        known = [part in lists.words() or part in lists.capitals() or len(part) == 1 for part in said]
        if token.isupper() and len(token) > 1 and not all(known):
            yield *one.span(), "letters that nobody knows: initials, perhaps"
        elif not all(known):
            yield *one.span(), "a word that is in no list"
        elif (
            token[0].isupper()
            and len(token) > 1
            and not _begins_sentence(text, one.start())
            and not all(part in lists.capitals() for part in said)
        ):
            yield *one.span(), "a word with a capital within a sentence"
