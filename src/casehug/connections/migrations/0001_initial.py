import django.db.models.deletion
from django.db import migrations, models

import casehug.kit.clock
import casehug.kit.ids
import casehug.tenancy.models
import casehug.tenancy.scope
from casehug.tenancy.rowsecurity import ProtectFirmTable


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("tenancy", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Connection",
            fields=[
                (
                    "id",
                    models.UUIDField(default=casehug.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Not connected yet"),
                            ("connected", "Connected"),
                            ("broken", "Needs reconnecting"),
                            ("ended", "Disconnected"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("client_id", models.CharField(max_length=200)),
                ("client_secret_sealed", models.BinaryField()),
                ("access_token_sealed", models.BinaryField(null=True)),
                ("refresh_token_sealed", models.BinaryField(null=True)),
                ("token_expires_at", models.DateTimeField(null=True)),
                ("refresh_claimed_at", models.DateTimeField(null=True)),
                ("account_id", models.CharField(blank=True, max_length=40)),
                ("account_user", models.CharField(blank=True, max_length=200)),
                ("account_email", models.CharField(blank=True, max_length=254)),
                ("connected_by_id", models.UUIDField(null=True)),
                ("connected_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("sync_on_creation", models.BooleanField(default=True)),
                ("sync_on_approval", models.BooleanField(default=True)),
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
        ),
        migrations.CreateModel(
            name="ConsentRequest",
            fields=[
                (
                    "id",
                    models.UUIDField(default=casehug.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("state_hash", models.CharField(max_length=64)),
                ("user_id", models.UUIDField()),
                ("created_at", models.DateTimeField(default=casehug.kit.clock.now)),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "connection",
                    casehug.tenancy.models.SameFirmKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="connections.connection",
                    ),
                ),
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
        ),
        migrations.AddConstraint(
            model_name="connection",
            constraint=models.UniqueConstraint(fields=("firm",), name="one_connection_per_firm"),
        ),
        migrations.AddConstraint(
            model_name="consentrequest",
            constraint=models.UniqueConstraint(fields=("firm", "state_hash"), name="consent_state_once"),
        ),
        ProtectFirmTable("connection", app="select, insert, update", sync="select, update"),
        ProtectFirmTable("consentrequest", app="select, insert, update"),
    ]
