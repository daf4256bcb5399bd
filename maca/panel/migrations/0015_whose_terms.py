import django.db.models.deletion
from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def say_whose(apps, schema_editor):
    """Each term is that of the partnership of its finding; and every finding is kept under one term of its own."""
    finding_model, term_model = apps.get_model("panel", "Finding"), apps.get_model("panel", "FindingTerm")
    whose = finding_model.objects.filter(pk=OuterRef("finding")).values("audit__partnership")[:1]
    term_model.objects.update(partnership=Subquery(whose))
    rows = (
        term_model(partnership_id=partnership, finding_id=finding, term="*", times=1)
        for finding, partnership in finding_model.objects.values_list("pk", "audit__partnership").iterator()
    )
    term_model.objects.bulk_create(rows, batch_size=1_000)


class Migration(migrations.Migration):
    dependencies = [
        ("panel", "0014_what_findings_rest_on"),
        ("partnership", "0007_invited_as"),
    ]

    operations = [
        migrations.AddField(
            model_name="findingterm",
            name="partnership",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="partnership.partnership",
            ),
        ),
        migrations.RunPython(say_whose, migrations.RunPython.noop),
    ]
