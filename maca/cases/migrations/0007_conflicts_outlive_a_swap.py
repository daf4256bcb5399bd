import django.db.models.deletion
from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def of_those_there_already(apps, schema_editor):
    """Every declaration learns which nomination its case came from."""
    alias = schema_editor.connection.alias
    case = apps.get_model("cases", "Case").objects.using(alias).filter(pk=OuterRef("case"))
    declarations = apps.get_model("cases", "Declaration").objects.using(alias)
    declarations.update(nomination=Subquery(case.values("nomination")[:1]))


class Migration(migrations.Migration):

    dependencies = [
        ("cases", "0006_draws"),
    ]

    operations = [
        migrations.AddField(
            "declaration",
            "nomination",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="declarations",
                to="cases.nomination",
            ),
        ),
        migrations.AlterField(
            "declaration",
            "case",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="declarations",
                to="cases.case",
            ),
        ),
        migrations.RunPython(of_those_there_already, migrations.RunPython.noop, elidable=True),
    ]
