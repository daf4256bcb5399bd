import django.db.models.deletion
import maca.kernel.ids
from django.conf import settings
from django.db import migrations, models

from maca.briefing.models import FILES_STAY


class Migration(migrations.Migration):

    replaces = [
        ('briefing', '0001_initial'),
        ('briefing', '0002_release'),
        ('briefing', '0003_those_published_are_kept'),
        ('briefing', '0004_published_files_stay'),
        ('briefing', '0005_what_could_identify'),
        ('briefing', '0006_a_reason_for_every_decision'),
        ('briefing', '0007_versions_of_drafts'),
        ('briefing', '0008_overview_report'),
    ]

    initial = True

    dependencies = [
        ('audits', '0001_tables'),
        ('partnership', '0001_tables'),
    ]

    operations = [
        migrations.CreateModel(
            name='Briefing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('public_id', models.CharField(default=maca.kernel.ids.new_public_id, editable=False, max_length=32, unique=True)),
                ('stage', models.CharField(choices=[('drafted', 'Draft'), ('sent', 'Waiting for approval'), ('approved', 'Approved'), ('published', 'Published'), ('withdrawn', 'Withdrawn')], default='drafted', max_length=20)),
                ('content', models.JSONField()),
                ('drafted_at', models.DateTimeField(auto_now_add=True)),
                ('saved_at', models.DateTimeField(null=True)),
                ('sent_at', models.DateTimeField(null=True)),
                ('approved_at', models.DateTimeField(null=True)),
                ('sent_back_because', models.TextField(blank=True)),
                ('undecided', models.PositiveIntegerField(default=0)),
                ('published_at', models.DateTimeField(null=True)),
                ('embargo_until', models.DateTimeField(null=True)),
                ('counts', models.JSONField(null=True)),
                ('is_public', models.BooleanField(default=False)),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('withdrawn_because', models.CharField(blank=True, choices=[('wrong', 'Something in it was not right'), ('looked_at', 'It is being looked at again'), ('replaced', 'Something newer has taken its place'), ('decided', 'The partnership decided so')], max_length=20)),
                ('withdrawal_note', models.TextField(blank=True)),
                ('searched', models.TextField(blank=True)),
                ('approved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('audit', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='briefing', to='audits.audit')),
                ('authors', models.ManyToManyField(related_name='+', to=settings.AUTH_USER_MODEL)),
                ('drafted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('saved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('withdrawn_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-drafted_at'],
            },
        ),
        migrations.CreateModel(
            name='ScreenDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('found', models.CharField(max_length=32)),
                ('kind', models.CharField(max_length=20)),
                ('points', models.JSONField(default=list)),
                ('decision', models.CharField(choices=[('reworded', 'Say it in other words'), ('pooled', 'Keep the words, and say them of the whole audit instead of one case'), ('removed', 'Leave the point out'), ('kept', 'Keep it as it is')], max_length=10)),
                ('reason', models.CharField(blank=True, choices=[('practice', 'It is a word of the work, or of the partnership, and tells of no family'), ('known', 'Everybody knows it, and it tells of no family'), ('lesson', 'The lesson is lost without it, and it tells of no family by itself'), ('other', 'Something else, said below'), ('names', 'It names somebody, or a place or service by which a family could be found'), ('adds_up', 'With what else is known or said, it could tell whose family it is'), ('not_needed', 'The lesson is as clear without it')], max_length=10)),
                ('because', models.TextField(blank=True)),
                ('decided_at', models.DateTimeField(auto_now_add=True)),
                ('briefing', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='screen_decisions', to='briefing.briefing')),
                ('decided_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='DraftVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('content', models.JSONField()),
                ('saved_at', models.DateTimeField()),
                ('briefing', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='draft_versions', to='briefing.briefing')),
                ('saved_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['briefing', 'number'],
                'constraints': [models.UniqueConstraint(fields=('briefing', 'number'), name='versions_of_a_draft_are_numbered_once')],
            },
        ),
        migrations.CreateModel(
            name='PublishedFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('format', models.CharField(max_length=20)),
                ('content', models.BinaryField()),
                ('sha256', models.CharField(max_length=64)),
                ('briefing', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='files', to='briefing.briefing')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('briefing', 'format'), name='a_briefing_is_kept_once_in_each_form')],
            },
        ),
        migrations.RunPython(FILES_STAY.lay, FILES_STAY.lift),
    ]
