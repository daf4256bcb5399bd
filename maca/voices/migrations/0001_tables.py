import django.db.models.deletion
import maca.kernel.ids
import maca.sealing.field
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('voices', '0001_voices'),
        ('voices', '0002_what_is_written_stays'),
    ]

    initial = True

    dependencies = [
        ('cases', '0001_tables'),
        ('partnership', '0001_tables'),
    ]

    operations = [
        migrations.CreateModel(
            name='FamilyView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('public_id', models.CharField(default=maca.kernel.ids.new_public_id, editable=False, max_length=32, unique=True)),
                ('whose', models.CharField(choices=[('index_child', 'The index child'), ('sibling_1', 'Brother or sister 1, counted from the oldest'), ('sibling_2', 'Brother or sister 2'), ('sibling_3', 'Brother or sister 3'), ('sibling_4', 'Brother or sister 4'), ('sibling_5', 'Brother or sister 5'), ('sibling_6', 'Brother or sister 6'), ('sibling_7', 'Brother or sister 7'), ('sibling_8', 'Brother or sister 8'), ('sibling_9', 'Brother or sister 9'), ('mother', 'Mother'), ('father', 'Father'), ('partner', 'A parent’s partner'), ('carer', 'Another carer'), ('relative', 'Another relative')], max_length=20)),
                ('outcome', models.CharField(choices=[('gave', 'They gave a view'), ('did_not_want', 'They were asked and did not want to'), ('not_asked', 'They were not asked')], max_length=20)),
                ('agreed', models.BooleanField(default=False)),
                ('age_band', models.CharField(blank=True, choices=[('unborn', 'Unborn'), ('under_1', 'Under 1'), ('1_4', '1 to 4'), ('5_9', '5 to 9'), ('10_15', '10 to 15'), ('16_17', '16 or 17')], max_length=20)),
                ('method', models.CharField(blank=True, choices=[('talk', 'A talk'), ('play', 'Play or drawing'), ('written', 'A letter or a form'), ('observed', 'Watching a child who cannot say it'), ('advocate', 'Through an advocate or interpreter')], max_length=20)),
                ('whose_words', models.CharField(blank=True, choices=[('own', 'Their own words'), ('worker', 'The worker’s words for it'), ('both', 'Some of each')], max_length=20)),
                ('asked_by', maca.sealing.field.SealedField(blank=True, default=maca.sealing.field.Sealed)),
                ('asked_on', maca.sealing.field.SealedField(blank=True, default=maca.sealing.field.Sealed)),
                ('told', maca.sealing.field.SealedField(blank=True, default=maca.sealing.field.Sealed)),
                ('like', maca.sealing.field.SealedField(blank=True, default=maca.sealing.field.Sealed)),
                ('listened', maca.sealing.field.SealedField(blank=True, default=maca.sealing.field.Sealed)),
                ('better', maca.sealing.field.SealedField(blank=True, default=maca.sealing.field.Sealed)),
                ('helped', maca.sealing.field.SealedField(blank=True, default=maca.sealing.field.Sealed)),
                ('change', maca.sealing.field.SealedField(blank=True, default=maca.sealing.field.Sealed)),
                ('why_not', maca.sealing.field.SealedField(blank=True, default=maca.sealing.field.Sealed)),
                ('recorded_at', models.DateTimeField(auto_now_add=True)),
                ('saved_at', models.DateTimeField(null=True)),
                ('agency', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.agency')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='family_views', to='cases.case')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('saved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['whose', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Reflection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('public_id', models.CharField(default=maca.kernel.ids.new_public_id, editable=False, max_length=32, unique=True)),
                ('sharing', models.CharField(choices=[('no', 'No, it stays with me'), ('unnamed', 'Yes, without saying who wrote it'), ('yes', 'Yes, with my name and post')], default='no', max_length=10)),
                ('worried', maca.sealing.field.SealedField(blank=True, default=maca.sealing.field.Sealed)),
                ('helped', maca.sealing.field.SealedField(blank=True, default=maca.sealing.field.Sealed)),
                ('obstacles', maca.sealing.field.SealedField(blank=True, default=maca.sealing.field.Sealed)),
                ('hindered', maca.sealing.field.SealedField(blank=True, default=maca.sealing.field.Sealed)),
                ('differently', maca.sealing.field.SealedField(blank=True, default=maca.sealing.field.Sealed)),
                ('saved_at', models.DateTimeField(null=True)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reflections', to='cases.case')),
                ('written_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['public_id'],
                'constraints': [models.UniqueConstraint(fields=('case', 'written_by'), name='a_practitioner_reflects_once')],
            },
        ),
    ]
