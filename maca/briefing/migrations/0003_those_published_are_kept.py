import hashlib

from django.db import migrations

from maca.briefing.printing import FORMATS, as_searched, write_file
from maca.briefing.value import from_dict
from maca.kernel.clock import LONDON


def keep(apps, schema_editor):
    """What was published before files were kept is printed once more, and kept from now on."""
    alias = schema_editor.connection.alias
    kept = apps.get_model("briefing", "PublishedFile").objects.using(alias)
    briefings = apps.get_model("briefing", "Briefing").objects.using(alias)
    for briefing in briefings.filter(stage="published").select_related("audit__theme", "audit__partnership"):
        audit, value = briefing.audit, from_dict(briefing.content)
        at = briefing.published_at
        for wanted in FORMATS:
            content = write_file(
                value,
                wanted,
                partnership="" if audit.imported_from else audit.partnership.name,
                published_on=at.astimezone(LONDON).date() if at else None,
            )
            digest = hashlib.sha256(content).hexdigest()
            kept.create(briefing=briefing, format=wanted, content=content, sha256=digest)
            if wanted == "txt":
                words = as_searched(f"{audit.title} {audit.theme.title} {content.decode()}")
                briefings.filter(pk=briefing.pk).update(searched=words)


class Migration(migrations.Migration):

    dependencies = [
        ("briefing", "0002_release"),
    ]

    operations = [
        migrations.RunPython(keep, migrations.RunPython.noop, elidable=True),
    ]
