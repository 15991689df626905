import django.db.models.deletion
from django.db import migrations, models

import casehug.kit.clock
import casehug.kit.ids
import casehug.tenancy.scope
from casehug.tenancy.rowsecurity import ProtectFirmTable


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("tenancy", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Entry",
            fields=[
                (
                    "id",
                    models.UUIDField(default=casehug.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("at", models.DateTimeField(default=casehug.kit.clock.now, editable=False)),
                ("actor_id", models.UUIDField(editable=False, null=True)),
                ("action", models.CharField(editable=False, max_length=60)),
                ("subject", models.CharField(editable=False, max_length=30)),
                ("subject_id", models.UUIDField(editable=False, null=True)),
                ("details", models.JSONField(default=dict, editable=False)),
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
            options={
                "indexes": [
                    models.Index(fields=["firm", "-id"], name="audit_newest_first"),
                    models.Index(fields=["firm", "subject_id", "-id"], name="audit_of_subject"),
                ],
            },
        ),
        # Append-only: neither login may change or delete an entry.
        ProtectFirmTable("entry", app="select, insert", sync="select, insert"),
    ]
