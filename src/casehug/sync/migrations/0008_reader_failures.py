"""How often the reading of a listing has failed in a row."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sync", "0007_forms")]

    operations = [
        migrations.AddField(name, "failures", models.PositiveSmallIntegerField(default=0))
        for name in ("contactlist", "pullreport", "formlist")
    ]
