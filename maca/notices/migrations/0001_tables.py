import maca.kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('notices', '0001_notices_and_turns'),
        ('notices', '0002_reference'),
    ]

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Turn',
            fields=[
                ('name', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('holder', models.CharField(blank=True, max_length=32)),
                ('until', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=maca.kernel.ids.new_public_id, editable=False, max_length=32, unique=True)),
                ('partnership', models.CharField(max_length=32)),
                ('to_person', models.CharField(max_length=32)),
                ('to_address', models.EmailField(max_length=254)),
                ('kind', models.CharField(max_length=60)),
                ('link', models.CharField(max_length=200)),
                ('reference', models.CharField(blank=True, max_length=90)),
                ('queued_at', models.DateTimeField()),
                ('wants_by', models.DateTimeField(null=True)),
                ('next_try_at', models.DateTimeField()),
                ('tries', models.PositiveIntegerField(default=0)),
                ('sent_at', models.DateTimeField(null=True)),
                ('given_up_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['queued_at', 'pk'],
                'indexes': [models.Index(condition=models.Q(('given_up_at', None), ('sent_at', None)), fields=['next_try_at'], name='notices_waiting')],
            },
        ),
    ]
