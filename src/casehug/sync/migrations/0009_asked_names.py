"""Under which names the contacts were shown that a person was asked about."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sync", "0008_reader_failures")]

    operations = [migrations.AddField("change", "asked_names", models.JSONField(blank=True, default=dict))]
