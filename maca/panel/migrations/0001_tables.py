import django.db.models.deletion
import maca.kernel.ids
import maca.sealing.field
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('panel', '0001_initial'),
        ('panel', '0002_what_a_finding_rests_on'),
        ('panel', '0003_panel_day'),
        ('panel', '0004_terms_of_findings'),
        ('panel', '0005_themes_and_causes'),
        ('panel', '0006_code_book'),
        ('panel', '0007_findings_as_they_come'),
        ('panel', '0008_panel_grades'),
        ('panel', '0009_dissents'),
        ('panel', '0010_restricted_notes'),
        ('panel', '0011_what_a_finding_said_before'),
        ('panel', '0012_agencies_that_have_to_be_there'),
        ('panel', '0013_proposed_actions'),
        ('panel', '0014_what_findings_rest_on'),
        ('panel', '0015_whose_terms'),
        ('panel', '0016_terms_of_a_partnership'),
    ]

    initial = True

    dependencies = [
        ('audits', '0001_tables'),
        ('cases', '0001_tables'),
        ('chronology', '0001_tables'),
        ('partnership', '0001_tables'),
    ]

    operations = [
        migrations.CreateModel(
            name='Agenda',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('public_id', models.CharField(default=maca.kernel.ids.new_public_id, editable=False, max_length=32, unique=True)),
                ('begins_at', models.TimeField()),
                ('place', models.CharField(blank=True, max_length=200)),
                ('quorum', models.PositiveSmallIntegerField(null=True)),
                ('saved_at', models.DateTimeField(null=True)),
                ('audit', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='agenda', to='audits.audit')),
                ('needed', models.ManyToManyField(related_name='+', to='partnership.agency')),
                ('saved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Finding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('public_id', models.CharField(default=maca.kernel.ids.new_public_id, editable=False, max_length=32, unique=True)),
                ('heading', models.CharField(choices=[('went_well', 'What went well?'), ('can_be_improved', 'What can be improved?'), ('challenge_or_theme', 'What challenges / themes can be identified?'), ('good_practice', 'Good practice')], max_length=30)),
                ('position', models.PositiveIntegerField()),
                ('text', models.TextField()),
                ('question', models.CharField(blank=True, max_length=64)),
                ('themes', models.JSONField(default=list)),
                ('causes', models.JSONField(default=list)),
                ('recorded_at', models.DateTimeField(auto_now_add=True)),
                ('saved_at', models.DateTimeField(null=True)),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('accepted', maca.sealing.field.SealedField(blank=True, default=maca.sealing.field.Sealed)),
                ('agencies', models.ManyToManyField(related_name='findings', to='partnership.agency')),
                ('audit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='findings', to='audits.audit')),
                ('case', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='findings', to='cases.case')),
                ('entries', models.ManyToManyField(related_name='+', to='chronology.chronologyentry')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('saved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['audit', 'position'],
                'constraints': [models.UniqueConstraint(fields=('audit', 'position'), name='findings_stand_in_an_order')],
            },
        ),
        migrations.CreateModel(
            name='EarlierWording',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=maca.kernel.ids.new_public_id, editable=False, max_length=32, unique=True)),
                ('text', models.TextField()),
                ('replaced_at', models.DateTimeField(auto_now_add=True)),
                ('replaced_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('finding', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='earlier_wordings', to='panel.finding')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='Dissent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('public_id', models.CharField(default=maca.kernel.ids.new_public_id, editable=False, max_length=32, unique=True)),
                ('words', maca.sealing.field.SealedField(blank=True, default=maca.sealing.field.Sealed)),
                ('recorded_at', models.DateTimeField(auto_now_add=True)),
                ('saved_at', models.DateTimeField(null=True)),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.agency')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('saved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('finding', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='dissents', to='panel.finding')),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('finding', 'agency'), name='an_agency_dissents_once_from_a_finding')],
            },
        ),
        migrations.CreateModel(
            name='FindingAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('agency', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.agency')),
                ('finding', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='answers', to='panel.finding')),
                ('question', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='audits.question')),
            ],
            options={
                'ordering': ['question__number'],
                'constraints': [models.UniqueConstraint(fields=('finding', 'question'), name='a_finding_rests_on_a_question_once')],
            },
        ),
        migrations.CreateModel(
            name='FindingTerm',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('term', models.CharField(max_length=60)),
                ('finding', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='terms', to='panel.finding')),
                ('partnership', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='partnership.partnership')),
            ],
            options={
                'indexes': [models.Index(fields=['partnership', 'term', 'finding'], name='findings_by_their_terms')],
                'constraints': [models.UniqueConstraint(fields=('finding', 'term'), name='a_term_stands_once_with_its_number')],
            },
        ),
        migrations.CreateModel(
            name='Hearing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('public_id', models.CharField(default=maca.kernel.ids.new_public_id, editable=False, max_length=32, unique=True)),
                ('stage', models.CharField(choices=[('waiting', 'Waiting'), ('introduced', 'Introduced'), ('heard', 'Heard')], default='waiting', max_length=20)),
                ('introduced_at', models.DateTimeField(null=True)),
                ('heard_at', models.DateTimeField(null=True)),
                ('attendance_at', models.DateTimeField(null=True)),
                ('voice', maca.sealing.field.SealedField(blank=True, default=maca.sealing.field.Sealed)),
                ('voice_is_missing', models.BooleanField(default=False)),
                ('nothing_under', models.JSONField(default=list)),
                ('saved_at', models.DateTimeField(null=True)),
                ('changes', models.PositiveIntegerField(default=0)),
                ('findings_changed', models.PositiveIntegerField(default=0)),
                ('case', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='hearing', to='cases.case')),
                ('introduced_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('partners', models.ManyToManyField(related_name='+', to='partnership.agency')),
                ('saved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['case__number'],
            },
        ),
        migrations.CreateModel(
            name='Attendance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=maca.kernel.ids.new_public_id, editable=False, max_length=32, unique=True)),
                ('came', models.CharField(choices=[('present', 'Was there'), ('apologies', 'Sent apologies'), ('absent', 'Was not there, and sent no word')], max_length=20)),
                ('posts', models.CharField(blank=True, max_length=200)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.agency')),
                ('hearing', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attendance', to='panel.hearing')),
            ],
            options={
                'ordering': ['agency__name'],
                'constraints': [models.UniqueConstraint(fields=('hearing', 'agency'), name='an_agency_attends_once')],
            },
        ),
        migrations.CreateModel(
            name='NamedTheme',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('public_id', models.CharField(default=maca.kernel.ids.new_public_id, editable=False, max_length=32, unique=True)),
                ('called', models.CharField(max_length=120)),
                ('codes', models.JSONField(default=list)),
                ('saved_at', models.DateTimeField(null=True)),
                ('audit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='named_themes', to='audits.audit')),
                ('saved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['audit', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='PanelGrade',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('public_id', models.CharField(default=maca.kernel.ids.new_public_id, editable=False, max_length=32, unique=True)),
                ('grade', maca.sealing.field.SealedField(blank=True, default=maca.sealing.field.Sealed)),
                ('reason', maca.sealing.field.SealedField(blank=True, default=maca.sealing.field.Sealed)),
                ('follows', maca.sealing.field.SealedField(blank=True, default=maca.sealing.field.Sealed)),
                ('saved_at', models.DateTimeField(null=True)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.agency')),
                ('hearing', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='grades', to='panel.hearing')),
                ('question', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='audits.question')),
                ('saved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('hearing', 'question', 'agency'), name='the_panel_grades_an_agency_once_on_a_question')],
            },
        ),
        migrations.CreateModel(
            name='PanelLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('public_id', models.CharField(default=maca.kernel.ids.new_public_id, editable=False, max_length=32, unique=True)),
                ('heading', models.CharField(choices=[('went_well', 'What went well?'), ('can_be_improved', 'What can be improved?'), ('challenge_or_theme', 'What challenges / themes can be identified?'), ('good_practice', 'Good practice'), ('action', 'Proposed actions')], max_length=30)),
                ('place', models.PositiveIntegerField()),
                ('changed', models.PositiveIntegerField()),
                ('sent', models.CharField(max_length=32)),
                ('words', maca.sealing.field.SealedField(blank=True, default=maca.sealing.field.Sealed)),
                ('in_own_record', models.BooleanField(default=False)),
                ('typed_at', models.DateTimeField(auto_now_add=True)),
                ('saved_at', models.DateTimeField(null=True)),
                ('taken_out_at', models.DateTimeField(null=True)),
                ('agency', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.agency')),
                ('finding', models.OneToOneField(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='line', to='panel.finding')),
                ('hearing', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='panel.hearing')),
                ('question', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='audits.question')),
                ('rests_on', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='proposed_actions', to='panel.finding')),
                ('saved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('typed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['place'],
                'indexes': [models.Index(fields=['hearing', 'changed'], name='lines_by_their_last_change')],
                'constraints': [models.UniqueConstraint(fields=('hearing', 'place'), name='lines_stand_in_an_order'), models.UniqueConstraint(fields=('hearing', 'sent'), name='a_line_is_sent_once')],
            },
        ),
        migrations.CreateModel(
            name='RestrictedNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('public_id', models.CharField(default=maca.kernel.ids.new_public_id, editable=False, max_length=32, unique=True)),
                ('words', maca.sealing.field.SealedField(blank=True, default=maca.sealing.field.Sealed)),
                ('sent_at', models.DateTimeField(auto_now_add=True)),
                ('read_at', models.DateTimeField(null=True)),
                ('outcome', maca.sealing.field.SealedField(blank=True, default=maca.sealing.field.Sealed)),
                ('dealt_with_at', models.DateTimeField(null=True)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.agency')),
                ('dealt_with_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('hearing', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='restricted_notes', to='panel.hearing')),
                ('sent_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='Slot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.PositiveSmallIntegerField()),
                ('minutes', models.PositiveSmallIntegerField()),
                ('agenda', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='slots', to='panel.agenda')),
                ('case', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='slot', to='cases.case')),
            ],
            options={
                'ordering': ['agenda', 'place'],
            },
        ),
        migrations.CreateModel(
            name='ThemeTag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('public_id', models.CharField(default=maca.kernel.ids.new_public_id, editable=False, max_length=32, unique=True)),
                ('code', models.CharField(max_length=40)),
                ('called', models.CharField(max_length=80)),
                ('words', models.JSONField(default=list)),
                ('used', models.BooleanField(default=True)),
                ('saved_at', models.DateTimeField(null=True)),
                ('partnership', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='themes_of_findings', to='partnership.partnership')),
                ('saved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('partnership', 'code'), name='a_theme_is_changed_in_one_place')],
            },
        ),
    ]
