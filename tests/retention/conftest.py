import datetime as dt

import pytest
from django.utils import timezone

from maca.audits.models import Audit
from maca.briefing.models import Briefing
from maca.retention.models import CountedFrom, RecordClass
from maca.retention.operations import change_period
from maca.retention.queries import find_period
from tests.makers import World
from tests.steps import step


def published_ago(world: World, days: int) -> Audit:
    """A published audit of two cases, signed off so many days ago."""
    briefing = world.published()
    return as_if_ago(briefing, days)


def as_if_ago(briefing: Briefing, days: int) -> Audit:
    at = timezone.now() - dt.timedelta(days=days)
    Briefing.objects.filter(pk=briefing.pk).update(approved_at=at, published_at=at)
    Audit.objects.filter(pk=briefing.audit_id).update(published_at=at)
    return Audit.objects.select_related("partnership", "briefing").get(pk=briefing.audit_id)


def decided(world: World, record_class: RecordClass, months: int | None, counted_from=CountedFrom.PUBLISHED) -> None:
    period = find_period(world.chair, record_class)
    change_period(
        period, months=months, counted_from=counted_from, reason="So we said.", source="Sub-group, 3 May.",
        version=period.version, by=world.chair,
    )  # fmt: skip


@pytest.fixture
@step
def audit(world: World) -> Audit:
    """Published 400 days ago. Who the children are is due, what is written about the cases is not."""
    audit = published_ago(world, 400)
    decided(world, RecordClass.IDENTITY, 6)
    decided(world, RecordClass.CASE, 36)
    return audit
