import django.db.models.deletion
import django.utils.timezone
import maca.kernel.ids
import maca.sealing.field
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('cases', '0001_initial'),
        ('cases', '0002_sealed'),
        ('cases', '0003_conflicts_are_lifted'),
        ('cases', '0004_households_and_marks'),
        ('cases', '0005_not_known'),
        ('cases', '0006_draws'),
        ('cases', '0007_conflicts_outlive_a_swap'),
        ('cases', '0008_conflicts_of_a_person'),
        ('cases', '0009_legal_holds'),
    ]

    initial = True

    dependencies = [
        ('audits', '0001_tables'),
        ('partnership', '0001_tables'),
    ]

    operations = [
        migrations.CreateModel(
            name='Nomination',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=maca.kernel.ids.new_public_id, editable=False, max_length=32, unique=True)),
                ('nominated_at', models.DateTimeField(auto_now_add=True)),
                ('rationale', maca.sealing.field.SealedField(blank=True, default=maca.sealing.field.Sealed)),
                ('level', models.CharField(choices=[('early_help', 'Early help'), ('child_in_need', 'Child in need'), ('child_protection', 'Child protection plan'), ('looked_after', 'Looked after')], max_length=20)),
                ('age_band', models.CharField(choices=[('unborn', 'Unborn'), ('under_1', 'Under 1'), ('1_4', '1 to 4'), ('5_9', '5 to 9'), ('10_15', '10 to 15'), ('16_17', '16 or 17')], max_length=20)),
                ('stage', models.CharField(choices=[('nominated', 'Nominated'), ('selected', 'Selected'), ('not_selected', 'Not selected')], default='nominated', max_length=20)),
                ('decision', maca.sealing.field.SealedField(blank=True, default=maca.sealing.field.Sealed)),
                ('category', maca.sealing.field.SealedField(blank=True, default=maca.sealing.field.Sealed)),
                ('sex', maca.sealing.field.SealedField(blank=True, default=maca.sealing.field.Sealed)),
                ('ethnicity', maca.sealing.field.SealedField(blank=True, default=maca.sealing.field.Sealed)),
                ('disability', maca.sealing.field.SealedField(blank=True, default=maca.sealing.field.Sealed)),
                ('locality', maca.sealing.field.SealedField(blank=True, default=maca.sealing.field.Sealed)),
                ('identity_destroyed_at', models.DateTimeField(null=True)),
                ('destroyed_at', models.DateTimeField(null=True)),
                ('agency', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.agency')),
                ('audit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='nominations', to='audits.audit')),
                ('nominated_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['nominated_at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Identity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=maca.kernel.ids.new_public_id, editable=False, max_length=32, unique=True)),
                ('child', maca.sealing.field.SealedField(blank=True, default=maca.sealing.field.Sealed)),
                ('born_on', maca.sealing.field.SealedField(blank=True, default=maca.sealing.field.Sealed)),
                ('address', maca.sealing.field.SealedField(blank=True, default=maca.sealing.field.Sealed)),
                ('siblings', maca.sealing.field.SealedField(blank=True, default=maca.sealing.field.Sealed)),
                ('mother', maca.sealing.field.SealedField(blank=True, default=maca.sealing.field.Sealed)),
                ('father', maca.sealing.field.SealedField(blank=True, default=maca.sealing.field.Sealed)),
                ('partner', maca.sealing.field.SealedField(blank=True, default=maca.sealing.field.Sealed)),
                ('absent_parent', maca.sealing.field.SealedField(blank=True, default=maca.sealing.field.Sealed)),
                ('household', maca.sealing.field.SealedField(blank=True, default=maca.sealing.field.Sealed)),
                ('record_number', maca.sealing.field.SealedField(blank=True, default=maca.sealing.field.Sealed)),
                ('nomination', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='identity', to='cases.nomination')),
            ],
            options={
                'verbose_name_plural': 'identities',
            },
        ),
        migrations.CreateModel(
            name='Case',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('public_id', models.CharField(default=maca.kernel.ids.new_public_id, editable=False, max_length=32, unique=True)),
                ('number', models.PositiveSmallIntegerField()),
                ('destroyed_at', models.DateTimeField(null=True)),
                ('audit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='cases', to='audits.audit')),
                ('nomination', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='case', to='cases.nomination')),
            ],
            options={
                'ordering': ['audit', 'number'],
                'constraints': [models.UniqueConstraint(fields=('audit', 'number'), name='cases_are_numbered_once')],
            },
        ),
        migrations.CreateModel(
            name='Presenter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='presenters', to='cases.case')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('case', 'person'), name='a_presenter_stands_once')],
            },
        ),
        migrations.CreateModel(
            name='Seat',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='seats', to='cases.case')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('case', 'person'), name='a_seat_is_given_once')],
            },
        ),
        migrations.CreateModel(
            name='Draw',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('public_id', models.CharField(default=maca.kernel.ids.new_public_id, editable=False, max_length=32, unique=True)),
                ('uploaded_at', models.DateTimeField(auto_now_add=True)),
                ('file_hash', models.CharField(max_length=64)),
                ('stage', models.CharField(choices=[('open', 'List here'), ('nominated', 'Nominated, list destroyed'), ('discarded', 'Discarded, list destroyed')], default='open', max_length=20)),
                ('seed', models.CharField(blank=True, max_length=40)),
                ('settings', models.JSONField(default=dict)),
                ('times', models.PositiveSmallIntegerField(default=0)),
                ('swaps', models.JSONField(default=list)),
                ('counts', models.JSONField(default=dict)),
                ('cohort', maca.sealing.field.SealedField(blank=True, default=maca.sealing.field.Sealed)),
                ('reasons', maca.sealing.field.SealedField(blank=True, default=maca.sealing.field.Sealed)),
                ('audit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='draws', to='audits.audit')),
                ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('stage', 'open')), fields=('audit',), name='an_audit_is_drawn_for_once_at_a_time')],
            },
        ),
        migrations.CreateModel(
            name='Involvement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('not_known_at', models.DateTimeField(null=True)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.agency')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='involvements', to='cases.case')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('case', 'agency'), name='an_agency_is_involved_once')],
            },
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
        migrations.CreateModel(
            name='FamilyMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('name_and_birth', 'Name and date of birth'), ('name', 'Name alone')], max_length=20)),
                ('mark', models.CharField(max_length=64)),
                ('nomination', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='marks', to='cases.nomination')),
            ],
            options={
                'indexes': [models.Index(fields=['mark'], name='marks_of_a_family')],
                'constraints': [models.UniqueConstraint(fields=('nomination', 'kind', 'mark'), name='a_nomination_is_marked_once')],
            },
        ),
        migrations.CreateModel(
            name='Declaration',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=maca.kernel.ids.new_public_id, editable=False, max_length=32, unique=True)),
                ('interest', models.CharField(choices=[('none', 'Nothing: I know neither the family nor the work with them'), ('met', 'I have met the family in my work, but never held or supervised their case'), ('held', 'I hold, or held, their case'), ('supervised', 'I supervise, or supervised, somebody who held it'), ('related', 'I know them outside my work')], max_length=20)),
                ('declared_at', models.DateTimeField(auto_now_add=True)),
                ('lifted_at', models.DateTimeField(null=True)),
                ('case', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='declarations', to='cases.case')),
                ('lifted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('nomination', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='declarations', to='cases.nomination')),
            ],
            options={
                'ordering': ['pk'],
                'indexes': [models.Index(fields=['case', 'person'], name='declarations_of_a_person'), models.Index(fields=['person', 'interest'], name='conflicts_of_a_person')],
            },
        ),
    ]
