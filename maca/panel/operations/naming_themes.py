from collections.abc import Collection, Iterable

from django.db import transaction
from django.utils import timezone

from maca.audits.models import Audit
from maca.journal.operations import write
from maca.kernel.holding import hold
from maca.kernel.verdict import Refused
from maca.kernel.versions import save_changes
from maca.panel import rules
from maca.panel.models import NamedTheme, ThemeTag
from maca.panel.queries import codebook_of
from maca.partnership.models import Partnership, Person


@transaction.atomic
def add_theme_tag(partnership: Partnership, *, called: str, words: Iterable[str], by: Person) -> ThemeTag:
    """Add a theme to the code-book of a partnership, with the words that suggest it."""
    hold(partnership)
    rules.may_set_codebook(by).insist()
    _refuse_same_name(partnership, called, but="")
    theme = ThemeTag(partnership=partnership, called=called, words=list(words), saved_by=by, saved_at=timezone.now())
    theme.code = theme.public_id
    theme.save(force_insert=True)
    write("added a theme", theme, by=by, code=theme.code)
    return theme


@transaction.atomic
def change_theme_tag(
    theme: ThemeTag, *, called: str, words: Iterable[str], used: bool, version: int | None, by: Person
) -> None:
    """Rename a theme of the code-book, take it out of use, or say what else suggests it. Findings keep it."""
    hold(theme.partnership)
    rules.may_change_theme_tag(by, theme).insist()
    _refuse_same_name(theme.partnership, called, but=theme.code)
    kept, _ = ThemeTag.objects.get_or_create(
        partnership=theme.partnership, code=theme.code, defaults={"called": theme.called}
    )
    save_changes(
        kept, version=version, called=called, words=list(words), used=used, saved_by=by, saved_at=timezone.now()
    )
    write("changed a theme", kept, by=by, code=kept.code, used=used)


def _refuse_same_name(partnership: Partnership, called: str, *, but: str) -> None:
    for one in codebook_of(partnership.pk).themes.values():
        if one.code != but and one.called.casefold() == called.casefold():
            raise Refused("named-so", f"There is a theme called “{one.called}” already.")


@transaction.atomic
def name_themes(audit: Audit, *, called: str, codes: Collection[str], by: Person) -> NamedTheme:
    """Put themes of an audit together under one name. A theme stands under one name only."""
    hold(audit)
    rules.may_name_themes(by, audit).insist()
    named = NamedTheme(audit=audit, called=called, saved_by=by, saved_at=timezone.now())
    named.codes = _free(codes, named)
    named.save(force_insert=True)
    write("named themes", named, by=by, audit=audit.slug, codes=named.codes)
    return named


@transaction.atomic
def change_named_theme(
    named: NamedTheme, *, called: str, codes: Collection[str], version: int | None, by: Person
) -> None:
    """Change the name, or what stands under it."""
    hold(named, "audit")
    rules.may_change_named_theme(by, named).insist()
    codes = _free(codes, named)
    save_changes(named, version=version, called=called, codes=codes, saved_by=by, saved_at=timezone.now())
    write("named themes", named, by=by, audit=named.audit.slug, codes=codes)


@transaction.atomic
def take_themes_apart(named: NamedTheme, *, by: Person) -> None:
    """Take apart what was put together: each theme stands again under its own name."""
    hold(named, "audit")
    rules.may_change_named_theme(by, named).insist()
    write("took themes apart", named, by=by, audit=named.audit.slug, codes=named.codes)
    named.delete()


def _free(codes: Collection[str], named: NamedTheme) -> list[str]:
    """The codes, each of which stands under no other name."""
    for other in NamedTheme.objects.filter(audit=named.audit).exclude(public_id=named.public_id):
        if set(codes) & set(other.codes):
            raise Refused("named-already", f"One of these stands under “{other.called}” already. Change that one.")
    return list(codes)
