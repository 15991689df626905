"""What the reading of long lists must remember to miss nothing, and what a bulk sync was asked for."""

from django.db import migrations, models

import casehug.kit.clock


class Migration(migrations.Migration):
    dependencies = [("sync", "0004_park_links")]

    operations = [
        migrations.AddField("bulkrun", "only_unlinked", models.BooleanField(default=False)),
        migrations.AddField("contactlist", "entries", models.PositiveIntegerField(default=0)),
        migrations.AddField("contactlist", "worth_pages", models.PositiveIntegerField(null=True)),
        migrations.AddField("pullreport", "entries", models.PositiveIntegerField(default=0)),
        migrations.AddField("remotecontact", "seen_at", models.DateTimeField(default=casehug.kit.clock.now)),
    ]
