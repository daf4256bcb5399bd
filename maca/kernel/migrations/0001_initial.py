from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='FormUse',
            fields=[
                ('key', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('location', models.CharField(max_length=500)),
                ('used_at', models.DateTimeField(auto_now_add=True, db_index=True)),
            ],
        ),
    ]
