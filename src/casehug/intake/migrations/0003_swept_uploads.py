"""Names of files before their bytes, pages counted once, and the right to clear away what is over."""

import django.db.models.deletion
from django.db import migrations, models

import casehug.kit.clock
import casehug.kit.ids
import casehug.tenancy.scope
from casehug.tenancy.rowsecurity import GrantMore, ProtectFirmTable


class Migration(migrations.Migration):
    dependencies = [("intake", "0002_clients_portal")]

    operations = [
        migrations.AddField(
            model_name="document",
            name="pages",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        # What was on its way at this moment is sent again from its start.
        migrations.RemoveField(model_name="upload", name="pieces"),
        migrations.AddField(model_name="upload", name="piece_names", field=models.JSONField(default=list)),
        migrations.CreateModel(
            name="FirmWithFiles",
            fields=[("firm_id", models.UUIDField(primary_key=True, serialize=False))],
        ),
        migrations.CreateModel(
            name="StrayFile",
            fields=[
                (
                    "id",
                    models.UUIDField(default=casehug.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("stored_as", models.CharField(max_length=120)),
                ("noted_at", models.DateTimeField(default=casehug.kit.clock.now)),
                ("condemned", models.BooleanField(default=False)),
                (
                    "firm",
                    models.ForeignKey(
                        db_index=False,
                        default=casehug.tenancy.scope.current_firm_id,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenancy.firm",
                    ),
                ),
            ],
            options={"indexes": [models.Index(fields=["firm", "noted_at"], name="stray_files_by_age")]},
        ),
        ProtectFirmTable("strayfile", app="select, insert, update, delete"),
        migrations.RunSQL("GRANT SELECT, INSERT ON intake_firmwithfiles TO casehug_app", migrations.RunSQL.noop),
        GrantMore("device", app="delete"),
        GrantMore("devicecode", app="delete"),
    ]
