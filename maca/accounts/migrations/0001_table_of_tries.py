from django.core.management import call_command
from django.db import migrations

from maca.sealing.keystore import ALIAS


def make_table(apps, schema_editor):
    """The table of `settings.CACHES`, for sites where nobody runs createcachetable."""
    if schema_editor.connection.alias != ALIAS:
        call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = []
    operations = [migrations.RunPython(make_table, migrations.RunPython.noop)]
