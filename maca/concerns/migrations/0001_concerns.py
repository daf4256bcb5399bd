import django.db.models.deletion
import maca.kernel.ids
import maca.sealing.field
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
            name='Concern',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('public_id', models.CharField(default=maca.kernel.ids.new_public_id, editable=False, max_length=32, unique=True)),
                ('found_at', models.DateTimeField()),
                ('raised_at', models.DateTimeField()),
                ('stage', models.CharField(choices=[('raised', 'Raised'), ('acknowledged', 'Acknowledged'), ('closed', 'Closed')], default='raised', max_length=20)),
                ('what', maca.sealing.field.SealedField(blank=True, default=maca.sealing.field.Sealed)),
                ('told_at', models.DateTimeField(null=True)),
                ('told_name', maca.sealing.field.SealedField(blank=True, default=maca.sealing.field.Sealed)),
                ('told_agency', maca.sealing.field.SealedField(blank=True, default=maca.sealing.field.Sealed)),
                ('route', models.CharField(blank=True, choices=[('phone', 'By phone, to the front door of children’s social care (MASH)'), ('emergency', '999: the emergency services'), ('in_person', 'In person'), ('secure_mail', 'By secure e-mail'), ('other', 'In another way')], max_length=20)),
                ('reply_by', models.DateTimeField(null=True)),
                ('acknowledged_at', models.DateTimeField(null=True)),
                ('receipt', maca.sealing.field.SealedField(blank=True, default=maca.sealing.field.Sealed)),
                ('replied_at', models.DateTimeField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('last_alert_at', models.DateTimeField()),
                ('alerts', models.PositiveIntegerField(default=1)),
                ('chair_answers', models.BooleanField(default=False)),
                ('acknowledged_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('agency', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.agency')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='concerns', to='cases.case')),
                ('closed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('raised_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-raised_at', '-pk'],
                'indexes': [models.Index(condition=models.Q(('stage', 'raised')), fields=['last_alert_at'], name='concerns_unacknowledged')],
            },
        ),
        migrations.CreateModel(
            name='ConcernNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=maca.kernel.ids.new_public_id, editable=False, max_length=32, unique=True)),
                ('words', maca.sealing.field.SealedField(blank=True, default=maca.sealing.field.Sealed)),
                ('written_at', models.DateTimeField()),
                ('concern', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notes', to='concerns.concern')),
                ('written_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
    ]
