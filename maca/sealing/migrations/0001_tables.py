import maca.kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('sealing', '0001_initial'),
        ('sealing', '0002_marks'),
        ('sealing', '0003_cohorts'),
    ]

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Key',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=maca.kernel.ids.new_public_id, editable=False, max_length=32, unique=True)),
                ('kind', models.CharField(choices=[('partnership', 'The keys of a partnership'), ('case', 'What is written about a case'), ('identity', 'Who the child is'), ('concern', 'A concern that a child may be at risk now'), ('cohort', 'A cohort that cases are drawn from'), ('marks', 'The marks by which a family is found again without its name')], max_length=20)),
                ('partnership', models.CharField(max_length=32)),
                ('owner', models.CharField(max_length=32)),
                ('wrapped_by', models.CharField(max_length=32)),
                ('wrapped', models.BinaryField(null=True)),
                ('made_at', models.DateTimeField(auto_now_add=True)),
                ('retired_at', models.DateTimeField(null=True)),
                ('destroyed_at', models.DateTimeField(null=True)),
                ('destroyed_by', models.CharField(blank=True, max_length=32)),
            ],
            options={
                'indexes': [models.Index(fields=['wrapped_by'], name='keys_under_a_key')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('retired_at', None)), fields=('kind', 'owner'), name='a_thing_has_one_key_in_use')],
            },
        ),
    ]
