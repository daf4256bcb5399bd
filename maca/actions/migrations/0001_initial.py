import django.db.models.deletion
import maca.kernel.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('audits', '0001_tables'),
        ('cases', '0001_tables'),
        ('panel', '0001_tables'),
        ('partnership', '0001_tables'),
    ]

    operations = [
        migrations.CreateModel(
            name='Action',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('public_id', models.CharField(default=maca.kernel.ids.new_public_id, editable=False, max_length=32, unique=True)),
                ('change', models.TextField()),
                ('due_on', models.DateField()),
                ('success', models.TextField()),
                ('measure', models.TextField()),
                ('baseline', models.TextField()),
                ('stage', models.CharField(choices=[('open', 'Open'), ('reported', 'Waiting to be verified'), ('done', 'Done'), ('stopped', 'Stopped')], default='open', max_length=20)),
                ('impact', models.CharField(blank=True, choices=[('shown', 'Impact shown'), ('not_shown', 'Impact not shown'), ('not_measured', 'Impact not measured')], max_length=20)),
                ('made_at', models.DateTimeField(auto_now_add=True)),
                ('saved_at', models.DateTimeField(null=True)),
                ('done_at', models.DateTimeField(null=True)),
                ('stopped_at', models.DateTimeField(null=True)),
                ('stopped_because', models.TextField(blank=True)),
                ('accountable', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.agency')),
                ('audit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='actions', to='audits.audit')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('saved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['due_on', 'pk'],
                'indexes': [models.Index(fields=['stage', 'due_on'], name='actions_by_their_day')],
            },
        ),
        migrations.CreateModel(
            name='EarlierDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('due_on', models.DateField()),
                ('moved_to', models.DateField()),
                ('reason', models.TextField()),
                ('moved_at', models.DateTimeField(auto_now_add=True)),
                ('action', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='earlier_days', to='actions.action')),
                ('moved_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='ImpactCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('impact', models.CharField(choices=[('shown', 'Impact shown'), ('not_shown', 'Impact not shown'), ('not_measured', 'Impact not measured')], max_length=20)),
                ('before', models.TextField(blank=True)),
                ('after', models.TextField(blank=True)),
                ('reason', models.TextField(blank=True)),
                ('seen_on', models.DateField()),
                ('recorded_at', models.DateTimeField(auto_now_add=True)),
                ('action', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='impact_checks', to='actions.action')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('seen_in', models.ManyToManyField(related_name='+', to='cases.case')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='Progress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('words', models.TextField()),
                ('written_at', models.DateTimeField(auto_now_add=True)),
                ('action', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='progress', to='actions.action')),
                ('written_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'progress',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='RestsOn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('joined_at', models.DateTimeField(auto_now_add=True)),
                ('action', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rests_on', to='actions.action')),
                ('finding', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='acted_on', to='panel.finding')),
                ('joined_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'rests on',
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('action', 'finding'), name='an_action_rests_on_a_finding_once')],
            },
        ),
        migrations.AddField(
            model_name='action',
            name='findings',
            field=models.ManyToManyField(related_name='actions', through='actions.RestsOn', to='panel.finding'),
        ),
        migrations.CreateModel(
            name='ActionReminder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('step', models.CharField(choices=[('asked', 'Asked'), ('ten_before', 'Ten working days before'), ('three_before', 'Three working days before'), ('on_the_day', 'On the day'), ('two_after', 'Two working days after'), ('chased', 'Chased')], max_length=20)),
                ('day', models.DateField()),
                ('notice', models.CharField(max_length=32)),
                ('action', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reminders', to='actions.action')),
                ('recipient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('action', 'step', 'day', 'recipient'), name='nobody_is_reminded_twice_of_an_action')],
            },
        ),
        migrations.CreateModel(
            name='Closing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('done', models.TextField()),
                ('proof', models.TextField()),
                ('asked_at', models.DateTimeField(auto_now_add=True)),
                ('verified', models.BooleanField(null=True)),
                ('words', models.TextField(blank=True)),
                ('decided_at', models.DateTimeField(null=True)),
                ('action', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='closings', to='actions.action')),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('verified', None)), fields=('action',), name='an_action_waits_once_to_be_verified')],
            },
        ),
    ]
