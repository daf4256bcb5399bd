import django.db.models.deletion
import maca.kernel.ids
import maca.sealing.field
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('chronology', '0001_the_line'),
        ('chronology', '0002_thresholds'),
        ('chronology', '0003_practice_phrases'),
    ]

    initial = True

    dependencies = [
        ('cases', '0001_tables'),
        ('partnership', '0001_tables'),
    ]

    operations = [
        migrations.CreateModel(
            name='Chronology',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('public_id', models.CharField(default=maca.kernel.ids.new_public_id, editable=False, max_length=32, unique=True)),
                ('saved_at', models.DateTimeField(null=True)),
                ('case', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='chronology', to='cases.case')),
                ('saved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PatternDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=maca.kernel.ids.new_public_id, editable=False, max_length=32, unique=True)),
                ('code', models.CharField(max_length=30)),
                ('mark', models.CharField(max_length=64)),
                ('decided', models.CharField(choices=[('taken', 'Take it to the panel'), ('set_aside', 'Set it aside')], max_length=10)),
                ('reason', maca.sealing.field.SealedField(blank=True, default=maca.sealing.field.Sealed)),
                ('decided_at', models.DateTimeField(auto_now_add=True)),
                ('chronology', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='decisions', to='chronology.chronology')),
                ('decided_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='Thresholds',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('public_id', models.CharField(default=maca.kernel.ids.new_public_id, editable=False, max_length=32, unique=True)),
                ('changed', models.JSONField(default=dict)),
                ('saved_at', models.DateTimeField(null=True)),
                ('partnership', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='thresholds', to='partnership.partnership')),
                ('saved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ChronologyEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=maca.kernel.ids.new_public_id, editable=False, max_length=32, unique=True)),
                ('source', models.CharField(choices=[('typed', 'Typed on the page'), ('pasted', 'Pasted from a table'), ('uploaded', 'From a file')], max_length=10)),
                ('date', models.DateField()),
                ('approximate', models.CharField(blank=True, max_length=7)),
                ('time', models.CharField(blank=True, max_length=5)),
                ('event', models.CharField(blank=True, max_length=30)),
                ('suggested', models.CharField(blank=True, max_length=30)),
                ('words', maca.sealing.field.SealedField(blank=True, default=maca.sealing.field.Sealed)),
                ('added_at', models.DateTimeField(auto_now_add=True)),
                ('added_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.agency')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='chronology_entries', to='cases.case')),
            ],
            options={
                'ordering': ['date', 'time', 'pk'],
                'indexes': [models.Index(fields=['case', 'date', 'time', 'id'], name='the_line_in_order'), models.Index(fields=['case', 'agency', 'date', 'time', 'id'], name='an_agencys_line_in_order')],
            },
        ),
        migrations.CreateModel(
            name='EntryFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=maca.kernel.ids.new_public_id, editable=False, max_length=32, unique=True)),
                ('source', models.CharField(choices=[('typed', 'Typed on the page'), ('pasted', 'Pasted from a table'), ('uploaded', 'From a file')], max_length=10)),
                ('name', maca.sealing.field.SealedField(blank=True, default=maca.sealing.field.Sealed)),
                ('content', maca.sealing.field.SealedField(blank=True, default=maca.sealing.field.Sealed)),
                ('added_at', models.DateTimeField(auto_now_add=True)),
                ('added_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.agency')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='entry_files', to='cases.case')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('case', 'agency'), name='an_agency_has_one_file_waiting')],
            },
        ),
        migrations.CreateModel(
            name='PracticePhrase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=maca.kernel.ids.new_public_id, editable=False, max_length=32, unique=True)),
                ('event', models.CharField(max_length=30)),
                ('phrase', models.CharField(max_length=100)),
                ('partnership', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='practice_phrases', to='partnership.partnership')),
            ],
            options={
                'ordering': ['event', 'phrase'],
                'constraints': [models.UniqueConstraint(fields=('partnership', 'phrase'), name='a_phrase_suggests_one_event')],
            },
        ),
    ]
