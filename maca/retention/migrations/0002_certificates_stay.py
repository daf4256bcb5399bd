from django.db import migrations

from maca.retention.models import CERTIFICATES_STAY


class Migration(migrations.Migration):

    dependencies = [
        ("retention", "0001_schedule_and_certificates"),
    ]

    operations = [
        migrations.RunPython(CERTIFICATES_STAY.lay, CERTIFICATES_STAY.lift),
    ]
