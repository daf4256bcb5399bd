import django.db.models.deletion
import django.utils.timezone
import maca.kernel.ids
from django.conf import settings
from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def note_what_is_gone(apps, schema_editor):
    """Of cases destroyed before, the nomination, which the keys belong to, says so too."""
    alias = schema_editor.connection.alias
    case = apps.get_model("cases", "Case").objects.using(alias).filter(nomination=OuterRef("pk"))
    gone = Subquery(case.values("destroyed_at")[:1])
    apps.get_model("cases", "Nomination").objects.using(alias).update(destroyed_at=gone, identity_destroyed_at=gone)


class Migration(migrations.Migration):

    dependencies = [
        ('audits', '0003_tools_and_what_is_told'),
        ('cases', '0008_conflicts_of_a_person'),
        ('partnership', '0008_public_briefings'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='nomination',
            name='destroyed_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='nomination',
            name='identity_destroyed_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name='LegalHold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=maca.kernel.ids.new_public_id, editable=False, max_length=32, unique=True)),
                ('reason', models.CharField(choices=[('court', 'Court proceedings, or an order of a court'), ('police', 'A request of the police or the Crown Prosecution Service'), ('coroner', 'A coroner’s investigation or inquest'), ('inquiry', 'A public inquiry'), ('review', 'A safeguarding practice review'), ('claim', 'A complaint, a claim, or somebody’s request to see what is held about them'), ('other', 'Something else')], max_length=20)),
                ('asked_by', models.CharField(max_length=300)),
                ('begun_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_because', models.CharField(blank=True, max_length=300)),
                ('audit', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='holds', to='audits.audit')),
                ('begun_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='holds', to='cases.case')),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('partnership', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='holds', to='partnership.partnership')),
            ],
            options={
                'ordering': ['-begun_at', '-pk'],
                'indexes': [models.Index(fields=['partnership', 'ended_at'], name='holds_that_stand')],
                'constraints': [models.CheckConstraint(condition=models.Q(('case', None), ('audit__isnull', False), _connector='OR'), name='a_hold_over_a_case_names_its_audit')],
            },
        ),
        migrations.RunPython(note_what_is_gone, migrations.RunPython.noop, elidable=True),
    ]
