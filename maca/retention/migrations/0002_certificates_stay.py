"""A certificate of destruction is never changed and never taken away: the database itself refuses, whoever asks.

On SQLite, a later migration that alters this table makes it anew and so loses its triggers: let it end with
`RunPython(lay, lift)` of this one. A test looks whether they are there.
"""

from django.db import migrations

TABLE = "retention_certificate"
REFUSAL = "a certificate of destruction is never changed or taken away"
LAY = {
    "sqlite": [
        f"CREATE TRIGGER certificates_stay_as_they_are BEFORE UPDATE ON {TABLE} "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
        f"CREATE TRIGGER certificates_stay BEFORE DELETE ON {TABLE} "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
        # INSERT OR REPLACE takes the old row away without asking the trigger for DELETE.
        f"CREATE TRIGGER certificates_are_not_replaced BEFORE INSERT ON {TABLE} WHEN EXISTS "
        f"(SELECT 1 FROM {TABLE} WHERE id = NEW.id OR public_id = NEW.public_id "
        "OR (partnership_id = NEW.partnership_id AND number = NEW.number)) "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    ],
    "postgresql": [
        f"CREATE FUNCTION certificates_stay() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation'; END $$",
        f"CREATE TRIGGER certificates_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON {TABLE} "
        "FOR EACH STATEMENT EXECUTE FUNCTION certificates_stay()",
        # Also in a session that passes for a replica, which skips ordinary triggers.
        f"ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER certificates_stay",
    ],
}
LIFT = {
    "sqlite": [
        "DROP TRIGGER certificates_stay_as_they_are",
        "DROP TRIGGER certificates_stay",
        "DROP TRIGGER certificates_are_not_replaced",
    ],
    "postgresql": [
        f"DROP TRIGGER certificates_stay ON {TABLE}",
        "DROP FUNCTION certificates_stay()",
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
        ("retention", "0001_schedule_and_certificates"),
    ]

    operations = [
        migrations.RunPython(lay, lift),
    ]
