import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.utils import timezone

from maca.kernel.clock import today


def of_people_there_already(apps, schema_editor):
    """Whoever has an account has joined and starts with 90 days; whoever was switched off has ended."""
    person = apps.get_model("partnership", "Person")
    now = timezone.now()
    people = person.objects.using(schema_editor.connection.alias).exclude(appointments__role="operator")
    people.filter(is_active=True).update(joined_at=now, attested_on=today())
    people.filter(is_active=False).update(joined_at=now, ended_at=now, ended_reason="not_needed")


class Migration(migrations.Migration):

    dependencies = [
        ("partnership", "0002_roles"),
    ]

    operations = [
        migrations.AddField("person", "version", models.PositiveIntegerField(default=1, editable=False)),
        migrations.AddField("person", "invited_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("person", "invitation_sent_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("person", "joined_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("person", "attested_on", models.DateField(blank=True, null=True)),
        migrations.AddField(
            "person",
            "attested_by",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField("person", "ended_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField(
            "person",
            "ended_reason",
            models.CharField(
                blank=True,
                choices=[
                    ("left", "Has left"),
                    ("moved", "Has moved to other work"),
                    ("not_needed", "No longer needs it"),
                    ("never_joined", "Never joined"),
                ],
                default="",
                max_length=20,
            ),
        ),
        migrations.RunPython(of_people_there_already, migrations.RunPython.noop, elidable=True),
    ]
