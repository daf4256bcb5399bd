import django.core.validators
import django.db.models.deletion
import maca.kernel.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('audits', '0001_tables'),
        ('briefing', '0001_tables'),
        ('panel', '0001_tables'),
        ('partnership', '0001_tables'),
    ]

    operations = [
        migrations.CreateModel(
            name='Comparison',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=maca.kernel.ids.new_public_id, editable=False, max_length=32, unique=True)),
                ('themes_before', models.JSONField(default=list)),
                ('compared_at', models.DateTimeField(auto_now_add=True)),
                ('against', models.ManyToManyField(related_name='+', to='audits.audit')),
                ('audit', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='comparison', to='audits.audit')),
                ('compared_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Discussion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=maca.kernel.ids.new_public_id, editable=False, max_length=32, unique=True)),
                ('team', models.CharField(max_length=120)),
                ('discussed_on', models.DateField()),
                ('people', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(500)])),
                ('change', models.TextField()),
                ('recorded_at', models.DateTimeField(auto_now_add=True)),
                ('agency', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.agency')),
                ('briefing', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='discussions', to='briefing.briefing')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-discussed_on', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='Review',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('public_id', models.CharField(default=maca.kernel.ids.new_public_id, editable=False, max_length=32, unique=True)),
                ('kind', models.CharField(choices=[('scr', 'Serious case review (SCR)'), ('lcspr', 'Local child safeguarding practice review (LCSPR)'), ('rapid_review', 'Rapid review'), ('inspection', 'Inspection')], max_length=20)),
                ('title', models.CharField(max_length=300)),
                ('year', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1974), django.core.validators.MaxValueValidator(2100)])),
                ('published_by', models.CharField(max_length=200)),
                ('link', models.URLField(blank=True, max_length=500)),
                ('recorded_at', models.DateTimeField(auto_now_add=True)),
                ('saved_at', models.DateTimeField(null=True)),
                ('partnership', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reviews', to='partnership.partnership')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('saved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-year', 'title'],
            },
        ),
        migrations.CreateModel(
            name='Recommendation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('public_id', models.CharField(default=maca.kernel.ids.new_public_id, editable=False, max_length=32, unique=True)),
                ('number', models.PositiveSmallIntegerField()),
                ('words', models.TextField()),
                ('saved_at', models.DateTimeField(null=True)),
                ('saved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('review', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='recommendations', to='learning.review')),
            ],
            options={
                'ordering': ['review', 'number'],
                'constraints': [models.UniqueConstraint(fields=('review', 'number'), name='recommendations_are_numbered_once')],
            },
        ),
        migrations.CreateModel(
            name='SeenInPractice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('linked_at', models.DateTimeField(auto_now_add=True)),
                ('finding', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='seen_for', to='panel.finding')),
                ('linked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('recommendation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='seen', to='learning.recommendation')),
            ],
            options={
                'verbose_name_plural': 'seen in practice',
                'constraints': [models.UniqueConstraint(fields=('recommendation', 'finding'), name='a_finding_is_linked_once')],
            },
        ),
        migrations.CreateModel(
            name='ComparedFinding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('themes', models.JSONField(default=list)),
                ('earlier', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='panel.finding')),
                ('finding', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='compared', to='panel.finding')),
                ('comparison', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='findings', to='learning.comparison')),
            ],
            options={
                'ordering': ['comparison', 'finding__position'],
                'constraints': [models.UniqueConstraint(fields=('comparison', 'finding'), name='a_finding_is_compared_once')],
            },
        ),
    ]
