"""Since when a change is in trouble, and what the firm's admins have been told of it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sync", "0005_listings")]

    operations = [
        migrations.AddField("change", "troubled_at", models.DateTimeField(null=True)),
        migrations.AddField("lane", "watch_at", models.DateTimeField(null=True)),
        migrations.AddField("lane", "told", models.CharField(blank=True, default="", max_length=40)),
        migrations.AddIndex(
            "change",
            models.Index(
                fields=["firm", "-id"],
                name="changes_in_trouble",
                condition=models.Q(
                    ("state", "held"), models.Q(("failures__gt", 0), ("state", "waiting")), _connector="OR"
                ),
            ),
        ),
        migrations.AddIndex(
            "lane",
            models.Index(fields=["watch_at"], name="lane_watched", condition=models.Q(("watch_at__isnull", False))),
        ),
    ]
