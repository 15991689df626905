"""The firm's forms as last read, and since when a form is submitted by itself."""

import django.db.models.deletion
from django.db import migrations, models

import casehug.kit.ids
import casehug.tenancy.scope
from casehug.tenancy.rowsecurity import ProtectFirmTable

STATES = [("waiting", "Waiting"), ("running", "Running"), ("done", "Done"), ("failed", "Failed")]


class Migration(migrations.Migration):
    dependencies = [("sync", "0006_attention"), ("tenancy", "0004_matter_order")]

    operations = [
        migrations.CreateModel(
            name="FormList",
            fields=[
                (
                    "id",
                    models.UUIDField(default=casehug.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("state", models.CharField(choices=STATES, default="waiting", max_length=8)),
                ("account_id", models.CharField(blank=True, max_length=40)),
                ("content", models.JSONField(default=list)),
                ("read_at", models.DateTimeField(null=True)),
                ("problem_text", models.TextField(blank=True)),
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
                "constraints": [models.UniqueConstraint(fields=("firm",), name="one_form_list_per_firm")],
            },
        ),
        ProtectFirmTable("formlist", app="select, insert, update", sync="select, update"),
        migrations.AddField("formmapping", "since", models.DateTimeField(null=True)),
    ]
