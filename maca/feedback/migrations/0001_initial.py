import django.db.models.deletion
import maca.kernel.ids
import maca.sealing.field
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('audits', '0001_tables'),
        ('panel', '0001_tables'),
        ('partnership', '0001_tables'),
        ('returns', '0001_tables'),
    ]

    operations = [
        migrations.CreateModel(
            name='FactCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('public_id', models.CharField(default=maca.kernel.ids.new_public_id, editable=False, max_length=32, unique=True)),
                ('due_on', models.DateField()),
                ('asked_at', models.DateTimeField(auto_now_add=True)),
                ('answer', models.CharField(blank=True, choices=[('right', 'The facts are right'), ('wrong', 'Some facts are wrong')], max_length=10)),
                ('answered_at', models.DateTimeField(null=True)),
                ('saved_at', models.DateTimeField(null=True)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.agency')),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('audit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='fact_checks', to='audits.audit')),
                ('saved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['audit', 'agency__name'],
                'constraints': [models.UniqueConstraint(fields=('audit', 'agency'), name='an_agency_checks_an_audit_once')],
            },
        ),
        migrations.CreateModel(
            name='Dispute',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('public_id', models.CharField(default=maca.kernel.ids.new_public_id, editable=False, max_length=32, unique=True)),
                ('words', maca.sealing.field.SealedField(blank=True, default=maca.sealing.field.Sealed)),
                ('reason', maca.sealing.field.SealedField(blank=True, default=maca.sealing.field.Sealed)),
                ('open_words', models.TextField(blank=True)),
                ('open_reason', models.TextField(blank=True)),
                ('raised_at', models.DateTimeField()),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('decision', models.CharField(blank=True, choices=[('reworded', 'The finding is reworded'), ('stands', 'The finding stands as it is')], max_length=10)),
                ('decided_at', models.DateTimeField(null=True)),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('finding', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='disputes', to='panel.finding')),
                ('raised_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('fact_check', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='disputes', to='feedback.factcheck')),
            ],
            options={
                'ordering': ['fact_check', 'finding__position'],
                'constraints': [models.UniqueConstraint(fields=('fact_check', 'finding'), name='a_finding_is_disputed_once')],
            },
        ),
        migrations.CreateModel(
            name='FeedbackNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=maca.kernel.ids.new_public_id, editable=False, max_length=32, unique=True)),
                ('opening', maca.sealing.field.SealedField(blank=True, default=maca.sealing.field.Sealed)),
                ('sent_at', models.DateTimeField(auto_now_add=True)),
                ('agency_return', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='feedback_note', to='returns.agencyreturn')),
                ('sent_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['agency_return'],
            },
        ),
        migrations.CreateModel(
            name='NoteReader',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('read_at', models.DateTimeField(auto_now_add=True)),
                ('note', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='readers', to='feedback.feedbacknote')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('note', 'person'), name='a_note_is_first_read_once')],
            },
        ),
        migrations.CreateModel(
            name='NoteReply',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=maca.kernel.ids.new_public_id, editable=False, max_length=32, unique=True)),
                ('words', maca.sealing.field.SealedField(blank=True, default=maca.sealing.field.Sealed)),
                ('written_at', models.DateTimeField(auto_now_add=True)),
                ('read_at', models.DateTimeField(null=True)),
                ('note', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='replies', to='feedback.feedbacknote')),
                ('written_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'note replies',
                'ordering': ['pk'],
            },
        ),
    ]
