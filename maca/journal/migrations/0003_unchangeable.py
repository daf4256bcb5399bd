"""Entries are never changed and never taken away: the database itself refuses, whoever asks.

On SQLite, a later migration that alters the table of entries makes it anew and so loses its triggers: let it
end with `RunPython(lay, lift)` of this one. A test looks whether they are there.
"""

from django.db import migrations, models

REFUSAL = "entries of the journal are never changed or taken away"
LAY = {
    "sqlite": [
        f"CREATE TRIGGER journal_entries_stay_as_they_are BEFORE UPDATE ON journal_entry "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
        f"CREATE TRIGGER journal_entries_stay BEFORE DELETE ON journal_entry "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
        # INSERT OR REPLACE takes the old row away without asking the trigger for DELETE.
        f"CREATE TRIGGER journal_entries_are_not_replaced BEFORE INSERT ON journal_entry WHEN EXISTS "
        f"(SELECT 1 FROM journal_entry WHERE id = NEW.id OR (partnership = NEW.partnership AND number = NEW.number)) "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    ],
    "postgresql": [
        f"CREATE FUNCTION journal_entries_stay() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation'; END $$",
        "CREATE TRIGGER journal_entries_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_entry "
        "FOR EACH STATEMENT EXECUTE FUNCTION journal_entries_stay()",
        # Also in a session that passes for a replica, which skips ordinary triggers.
        "ALTER TABLE journal_entry ENABLE ALWAYS TRIGGER journal_entries_stay",
    ],
}
LIFT = {
    "sqlite": [
        "DROP TRIGGER journal_entries_stay_as_they_are",
        "DROP TRIGGER journal_entries_stay",
        "DROP TRIGGER journal_entries_are_not_replaced",
    ],
    "postgresql": [
        "DROP TRIGGER journal_entries_stay ON journal_entry",
        "DROP FUNCTION journal_entries_stay()",
    ],
}


def lay(apps, schema_editor):
    for statement in LAY[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


def lift(apps, schema_editor):
    for statement in LIFT[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):

    dependencies = [
        ('journal', '0002_readings'),
    ]

    operations = [
        migrations.CreateModel(
            name='Head',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('partnership', models.CharField(max_length=32, unique=True)),
                ('number', models.PositiveBigIntegerField()),
                ('digest', models.CharField(max_length=64)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['by', 'at'], name='journal_by'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['partnership', 'at'], name='journal_at'),
        ),
        migrations.RunPython(lay, lift),
    ]
