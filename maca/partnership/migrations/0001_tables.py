import django.db.models.deletion
import maca.kernel.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('partnership', '0001_initial'),
        ('partnership', '0002_roles'),
        ('partnership', '0003_joining_and_leaving'),
        ('partnership', '0004_uploads_setting'),
        ('partnership', '0005_contacts'),
        ('partnership', '0006_school_holidays'),
        ('partnership', '0007_invited_as'),
        ('partnership', '0008_public_briefings'),
        ('partnership', '0009_colour_of_headings'),
    ]

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Partnership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=maca.kernel.ids.new_public_id, editable=False, max_length=32, unique=True)),
                ('name', models.CharField(max_length=200)),
                ('training', models.BooleanField(default=False)),
                ('audit_kind', models.CharField(default='Multi Agency Case Audit', max_length=100)),
                ('briefing_form', models.CharField(default='6 Step Briefing', max_length=100)),
                ('usual_purpose', models.TextField(default='')),
                ('usual_legal_basis', models.TextField(default='')),
                ('takes_uploads', models.BooleanField(default=True)),
                ('public_briefings', models.BooleanField(default=False)),
                ('colour', models.CharField(blank=True, default='', max_length=7)),
            ],
        ),
        migrations.CreateModel(
            name='Person',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('public_id', models.CharField(default=maca.kernel.ids.new_public_id, editable=False, max_length=32, unique=True)),
                ('email', models.EmailField(max_length=254, unique=True)),
                ('invited_as', models.EmailField(blank=True, default='', max_length=254)),
                ('name', models.CharField(max_length=200)),
                ('post', models.CharField(max_length=200)),
                ('is_active', models.BooleanField(default=True)),
                ('invited_at', models.DateTimeField(blank=True, null=True)),
                ('invitation_sent_at', models.DateTimeField(blank=True, null=True)),
                ('joined_at', models.DateTimeField(blank=True, null=True)),
                ('attested_on', models.DateField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('ended_reason', models.CharField(blank=True, choices=[('left', 'Has left'), ('moved', 'Has moved to other work'), ('not_needed', 'No longer needs it'), ('never_joined', 'Never joined')], default='', max_length=20)),
                ('attested_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='Agency',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('public_id', models.CharField(default=maca.kernel.ids.new_public_id, editable=False, max_length=32, unique=True)),
                ('name', models.CharField(max_length=120)),
                ('slug', models.SlugField(max_length=130)),
                ('kind', models.CharField(choices=[('children_social_care', 'Children’s social care'), ('police', 'Police'), ('health_visiting', 'Health visiting'), ('school_nursing', 'School nursing'), ('school', 'School'), ('nursery', 'Nursery or early years'), ('gp', 'GP practice'), ('hospital', 'Hospital or midwifery'), ('camhs', 'Child and adolescent mental health'), ('adult_mental_health', 'Adult mental health'), ('substance_misuse', 'Adult substance misuse'), ('early_help', 'Early help'), ('housing', 'Housing'), ('probation', 'Probation'), ('youth_justice', 'Youth justice'), ('other', 'Another agency')], max_length=30)),
                ('contact', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('deputy', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('partnership', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='agencies', to='partnership.partnership')),
            ],
            options={
                'ordering': ['name'],
                'constraints': [models.UniqueConstraint(fields=('partnership', 'slug'), name='an_agency_stands_once_in_a_partnership')],
            },
        ),
        migrations.AddField(
            model_name='person',
            name='agency',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='people', to='partnership.agency'),
        ),
        migrations.AddField(
            model_name='person',
            name='partnership',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='people', to='partnership.partnership'),
        ),
        migrations.CreateModel(
            name='SchoolHoliday',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=maca.kernel.ids.new_public_id, editable=False, max_length=32, unique=True)),
                ('name', models.CharField(max_length=100)),
                ('first_on', models.DateField()),
                ('last_on', models.DateField()),
                ('partnership', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='school_holidays', to='partnership.partnership')),
            ],
            options={
                'ordering': ['first_on', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Appointment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('business_manager', 'Business manager'), ('chair', 'Sub-group chair'), ('sub_group_member', 'Sub-group member'), ('agency_lead', 'Agency lead'), ('auditor', 'Agency auditor'), ('social_worker', 'Social worker'), ('practice_manager', 'Practice manager'), ('panel_member', 'Panel member'), ('scrutineer', 'Scrutineer'), ('information_governance', 'Information governance officer'), ('operator', 'Operator')], max_length=30)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='appointments', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('person', 'role'), name='a_role_is_held_once')],
            },
        ),
    ]
