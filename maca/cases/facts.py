"""What is said of a case in codes, so that it can be counted: by which an audit sees whom it looks at."""

import datetime as dt

from django.db import models


class Level(models.TextChoices):
    EARLY_HELP = "early_help", "Early help"
    CHILD_IN_NEED = "child_in_need", "Child in need"
    CHILD_PROTECTION = "child_protection", "Child protection plan"
    LOOKED_AFTER = "looked_after", "Looked after"


class AgeBand(models.TextChoices):
    UNBORN = "unborn", "Unborn"
    UNDER_1 = "under_1", "Under 1"
    FROM_1 = "1_4", "1 to 4"
    FROM_5 = "5_9", "5 to 9"
    FROM_10 = "10_15", "10 to 15"
    FROM_16 = "16_17", "16 or 17"


class Category(models.TextChoices):
    """Of need or of a plan, as Working Together names them."""

    NEGLECT = "neglect", "Neglect"
    PHYSICAL = "physical", "Physical abuse"
    EMOTIONAL = "emotional", "Emotional abuse"
    SEXUAL = "sexual", "Sexual abuse"
    MULTIPLE = "multiple", "More than one"


class Sex(models.TextChoices):
    FEMALE = "female", "Female"
    MALE = "male", "Male"


class Ethnicity(models.TextChoices):
    """The five groups of the census of England."""

    ASIAN = "asian", "Asian or Asian British"
    BLACK = "black", "Black, Black British, Caribbean or African"
    MIXED = "mixed", "Mixed or multiple ethnic groups"
    WHITE = "white", "White"
    OTHER = "other", "Other ethnic group"


class Disability(models.TextChoices):
    YES = "yes", "Disabled"
    NO = "no", "Not disabled"


GROWN_UP = 18
_UPPER = ((1, AgeBand.UNDER_1), (5, AgeBand.FROM_1), (10, AgeBand.FROM_5), (16, AgeBand.FROM_10), (18, AgeBand.FROM_16))


def years_between(born_on: dt.date, day: dt.date) -> int:
    """Whole years of age on a day; negative for who is not born by then."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def band_of(years: int) -> AgeBand | None:
    """The band of an age in whole years; None for a grown-up."""
    if years < 0:
        return AgeBand.UNBORN
    return next((band for upper, band in _UPPER if years < upper), None)
