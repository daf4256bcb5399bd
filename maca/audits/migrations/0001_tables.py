import django.db.models.deletion
import maca.kernel.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('audits', '0001_initial'),
        ('audits', '0002_question_sets_and_kinds_of_answer'),
        ('audits', '0003_tools_and_what_is_told'),
        ('audits', '0004_inspections'),
    ]

    initial = True

    dependencies = [
        ('partnership', '0001_tables'),
    ]

    operations = [
        migrations.CreateModel(
            name='Priority',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=maca.kernel.ids.new_public_id, editable=False, max_length=32, unique=True)),
                ('title', models.CharField(max_length=500)),
                ('source', models.CharField(choices=[('board', 'A priority of the partnership'), ('review', 'A review: SCR, LCSPR or rapid review'), ('inspection', 'An inspection'), ('data', 'Data'), ('earlier_audit', 'An earlier audit')], max_length=20)),
                ('reason', models.TextField()),
                ('recorded_at', models.DateTimeField(auto_now_add=True)),
                ('partnership', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='priorities', to='partnership.partnership')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'priorities',
                'ordering': ['-recorded_at'],
            },
        ),
        migrations.CreateModel(
            name='Theme',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=maca.kernel.ids.new_public_id, editable=False, max_length=32, unique=True)),
                ('title', models.CharField(max_length=500)),
                ('adopted_at', models.DateTimeField(auto_now_add=True)),
                ('adopted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('partnership', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='themes', to='partnership.partnership')),
                ('priority', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='themes', to='audits.priority')),
            ],
            options={
                'ordering': ['title'],
                'constraints': [models.UniqueConstraint(fields=('partnership', 'title'), name='a_theme_is_adopted_once')],
            },
        ),
        migrations.CreateModel(
            name='Audit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('public_id', models.CharField(default=maca.kernel.ids.new_public_id, editable=False, max_length=32, unique=True)),
                ('kind', models.CharField(max_length=500)),
                ('title', models.CharField(max_length=500)),
                ('slug', models.SlugField(max_length=120)),
                ('stage', models.CharField(choices=[('planned', 'Planned'), ('circulated', 'Circulated'), ('panel_opened', 'Panel opened'), ('panel_closed', 'Panel closed'), ('published', 'Published')], default='planned', max_length=20)),
                ('terms_of_reference', models.TextField(blank=True)),
                ('question_set', models.CharField(blank=True, max_length=60)),
                ('review_title', models.CharField(blank=True, max_length=500)),
                ('tool', models.CharField(blank=True, max_length=500)),
                ('purpose', models.TextField(blank=True)),
                ('legal_basis', models.TextField(blank=True)),
                ('imported_from', models.CharField(blank=True, max_length=500)),
                ('is_inspection', models.BooleanField(default=False)),
                ('request_on', models.DateField(null=True)),
                ('returns_due_on', models.DateField(null=True)),
                ('pack_on', models.DateField(null=True)),
                ('panel_on', models.DateField(null=True)),
                ('draft_on', models.DateField(null=True)),
                ('planned_at', models.DateTimeField(auto_now_add=True)),
                ('circulated_at', models.DateTimeField(null=True)),
                ('panel_opened_at', models.DateTimeField(null=True)),
                ('panel_closed_at', models.DateTimeField(null=True)),
                ('published_at', models.DateTimeField(null=True)),
                ('earlier', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='later', to='audits.audit')),
                ('partnership', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='audits', to='partnership.partnership')),
                ('planned_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('theme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='audits', to='audits.theme')),
            ],
            options={
                'ordering': ['-planned_at'],
                'indexes': [models.Index(fields=['partnership', '-planned_at'], name='audits_newest_first')],
                'constraints': [models.UniqueConstraint(fields=('partnership', 'slug'), name='an_audit_has_its_own_address')],
            },
        ),
        migrations.CreateModel(
            name='Question',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(blank=True, max_length=60)),
                ('asked_of', models.CharField(choices=[('agency', 'Each agency'), ('panel', 'The panel')], max_length=10)),
                ('number', models.PositiveSmallIntegerField()),
                ('text', models.TextField()),
                ('hint', models.TextField(blank=True)),
                ('kind', models.CharField(choices=[('judgement', 'Yes, no, partly, not applicable or cannot tell, with how you know'), ('grade', 'A grade from outstanding to inadequate, with the reason and where the cause lies'), ('list', 'A list of points'), ('text', 'Words'), ('date', 'A date, with words'), ('evidence', 'Where it stands in the agency’s own record')], max_length=20)),
                ('heading', models.CharField(blank=True, choices=[('went_well', 'What went well?'), ('can_be_improved', 'What can be improved?'), ('challenge_or_theme', 'What challenges / themes can be identified?'), ('good_practice', 'Good practice')], max_length=30)),
                ('shown_if_answers', models.JSONField(blank=True, default=list)),
                ('for_kinds', models.JSONField(blank=True, default=list)),
                ('told_by', models.CharField(blank=True, choices=[('tool_used', 'Yes where an entry says that a tool was used'), ('tool_reviewed', 'Yes where an entry says that a tool was reviewed'), ('start_again', 'Yes where a case was closed, opened again and assessed anew'), ('supervision', 'Yes where an entry tells of supervision'), ('core_group', 'Yes where an entry tells of a core group'), ('mid_point_review', 'Yes where an entry tells of a mid-point review'), ('strategy_discussion', 'Yes where an entry tells of a strategy discussion'), ('escalation', 'Yes where an entry tells of an escalation'), ('handover', 'Yes where an entry tells of a handover'), ('disclosure', 'Yes where an entry tells of something that the child disclosed'), ('fgc_offered', 'Yes where a family group conference was offered'), ('dental_check', 'Yes where an entry tells of a dental check'), ('immunisation_missed', 'No where an immunisation was missed'), ('not_registered', 'No where a child is not registered with a GP'), ('copied_assessment', 'Yes where an assessment repeats an earlier one')], max_length=30)),
                ('audit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='questions', to='audits.audit')),
                ('shown_if', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='audits.question')),
            ],
            options={
                'ordering': ['asked_of', 'number'],
                'constraints': [models.UniqueConstraint(fields=('audit', 'asked_of', 'number'), name='questions_are_numbered_once')],
            },
        ),
        migrations.CreateModel(
            name='QuestionSet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('public_id', models.CharField(default=maca.kernel.ids.new_public_id, editable=False, max_length=32, unique=True)),
                ('name', models.CharField(max_length=200)),
                ('stage', models.CharField(choices=[('draft', 'Draft'), ('issued', 'Issued')], default='draft', max_length=20)),
                ('edition', models.PositiveSmallIntegerField(null=True)),
                ('questions', models.JSONField(default=dict)),
                ('begun_from', models.CharField(blank=True, max_length=60)),
                ('drafted_at', models.DateTimeField(auto_now_add=True)),
                ('saved_at', models.DateTimeField(null=True)),
                ('issued_at', models.DateTimeField(null=True)),
                ('drafted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('issued_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('partnership', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='question_sets', to='partnership.partnership')),
                ('saved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-drafted_at'],
                'constraints': [models.UniqueConstraint(fields=('partnership', 'name', 'edition'), name='an_edition_is_issued_once')],
            },
        ),
    ]
