import django.db.models.deletion
import maca.kernel.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('cases', '0001_tables'),
        ('partnership', '0001_tables'),
    ]

    operations = [
        migrations.CreateModel(
            name='Certificate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=maca.kernel.ids.new_public_id, editable=False, max_length=32, unique=True)),
                ('number', models.PositiveIntegerField()),
                ('issued_at', models.DateTimeField()),
                ('content', models.JSONField()),
                ('sha256', models.CharField(max_length=64)),
                ('issued_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('nomination', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='certificates', to='cases.nomination')),
                ('partnership', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='certificates', to='partnership.partnership')),
            ],
            options={
                'ordering': ['-number'],
                'constraints': [models.UniqueConstraint(fields=('partnership', 'number'), name='certificates_are_numbered_once')],
            },
        ),
        migrations.CreateModel(
            name='Period',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('public_id', models.CharField(default=maca.kernel.ids.new_public_id, editable=False, max_length=32, unique=True)),
                ('record_class', models.CharField(choices=[('identity', 'Who the child is'), ('case', 'Returns, uploads, chronologies and all else that is written about a case'), ('findings', 'Findings and actions'), ('briefings', 'Briefings'), ('journal', 'The journal')], max_length=20)),
                ('months', models.PositiveSmallIntegerField(null=True)),
                ('counted_from', models.CharField(choices=[('approved', 'the day the briefing was approved, which signs the audit off'), ('published', 'the day the briefing was published'), ('actions', 'the day the last action of the audit was closed, and not before the briefing was published')], default='published', max_length=20)),
                ('reason', models.TextField()),
                ('source', models.TextField()),
                ('saved_at', models.DateTimeField(null=True)),
                ('partnership', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='periods', to='partnership.partnership')),
                ('saved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('partnership', 'record_class'), name='a_class_of_record_has_one_period')],
            },
        ),
    ]
