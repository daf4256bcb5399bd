import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """On its own, since PostgreSQL changes no table whose rows have just been changed in the same transaction."""

    dependencies = [
        ("panel", "0015_whose_terms"),
    ]

    operations = [
        migrations.AlterField(
            model_name="findingterm",
            name="partnership",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="partnership.partnership",
            ),
        ),
        migrations.RemoveField(model_name="findingterm", name="times"),
        migrations.RemoveIndex(model_name="findingterm", name="findings_by_their_terms"),
        migrations.AddIndex(
            model_name="findingterm",
            index=models.Index(fields=["partnership", "term", "finding"], name="findings_by_their_terms"),
        ),
    ]
