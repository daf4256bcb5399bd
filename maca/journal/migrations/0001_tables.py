from django.db import migrations, models

from maca.journal.models import ENTRIES_STAY


class Migration(migrations.Migration):

    replaces = [
        ('journal', '0001_initial'),
        ('journal', '0002_readings'),
        ('journal', '0003_unchangeable'),
    ]

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Head',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('partnership', models.CharField(max_length=32, unique=True)),
                ('number', models.PositiveBigIntegerField()),
                ('digest', models.CharField(max_length=64)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('partnership', models.CharField(max_length=32)),
                ('number', models.PositiveBigIntegerField()),
                ('at', models.DateTimeField()),
                ('by', models.CharField(max_length=32)),
                ('by_name', models.CharField(max_length=200)),
                ('did', models.CharField(max_length=60)),
                ('about', models.CharField(max_length=120)),
                ('is_reading', models.BooleanField(default=False)),
                ('details', models.JSONField(default=dict)),
                ('before', models.CharField(max_length=64)),
                ('digest', models.CharField(max_length=64)),
            ],
            options={
                'ordering': ['partnership', 'number'],
                'indexes': [models.Index(fields=['about'], name='journal_about'), models.Index(fields=['by', 'at'], name='journal_by'), models.Index(fields=['partnership', 'at'], name='journal_at')],
                'constraints': [models.UniqueConstraint(fields=('partnership', 'number'), name='journal_numbers_do_not_repeat')],
            },
        ),
        migrations.RunPython(ENTRIES_STAY.lay, ENTRIES_STAY.lift),
    ]
