import django.db.models.deletion
from django.db import migrations, models

import casehug.kit.clock
import casehug.kit.ids
import casehug.notify.models
import casehug.tenancy.scope
from casehug.tenancy.rowsecurity import ProtectFirmTable


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("tenancy", "0003_clients_portal"),
    ]

    operations = [
        migrations.CreateModel(
            name="MailRound",
            fields=[
                ("firm_id", models.UUIDField(primary_key=True, serialize=False)),
                ("due_at", models.DateTimeField(default=casehug.kit.clock.now)),
            ],
            options={
                "indexes": [models.Index(fields=["due_at"], name="mail_round_due")],
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                (
                    "id",
                    models.UUIDField(default=casehug.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("kind", models.CharField(max_length=30)),
                (
                    "channel",
                    models.CharField(
                        choices=[("email", "E-mail"), ("sms", "Text message")], default="email", max_length=5
                    ),
                ),
                ("matter_id", models.UUIDField(null=True)),
                ("user_id", models.UUIDField(null=True)),
                ("recipient", models.CharField(max_length=254)),
                ("sealed", models.BinaryField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "Waiting"), ("sent", "Sent"), ("failed", "Failed")],
                        default="waiting",
                        max_length=7,
                    ),
                ),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("not_before", models.DateTimeField(default=casehug.kit.clock.now)),
                ("created_at", models.DateTimeField(default=casehug.kit.clock.now, editable=False)),
                ("sent_at", models.DateTimeField(null=True)),
                ("problem", models.CharField(blank=True, max_length=200)),
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
                    models.Index(
                        condition=models.Q(("state", "waiting")), fields=["firm", "not_before"], name="messages_due"
                    ),
                    models.Index(fields=["firm", "matter_id", "-id"], name="messages_of_matter"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["waiting", "sent", "failed"])), name="message_state_known"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Unsubscribed",
            fields=[
                (
                    "id",
                    models.UUIDField(default=casehug.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("user_id", models.UUIDField()),
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
                "constraints": [models.UniqueConstraint(fields=("firm", "user_id"), name="unsubscribed_once")],
            },
        ),
        migrations.CreateModel(
            name="Wishes",
            fields=[
                (
                    "id",
                    models.UUIDField(default=casehug.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("remind", models.BooleanField(default=True)),
                ("reminder_days", models.JSONField(default=casehug.notify.models.default_reminder_days)),
                ("quiet_from", models.PositiveSmallIntegerField(default=20)),
                ("quiet_until", models.PositiveSmallIntegerField(default=8)),
                ("text_messages", models.BooleanField(default=False)),
                ("tell_submitted", models.BooleanField(default=True)),
                ("tell_completed", models.BooleanField(default=True)),
                ("tell_link_expiring", models.BooleanField(default=True)),
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
                "constraints": [models.UniqueConstraint(fields=("firm",), name="one_set_of_wishes_per_firm")],
            },
        ),
        ProtectFirmTable("message", app="select, insert, update", sync="insert"),
        ProtectFirmTable("wishes", app="select, insert, update", sync="select"),
        ProtectFirmTable("unsubscribed", app="select, insert, delete", sync="select"),
        # A directory table: the mail worker must find the firms that have something to send.
        migrations.RunSQL(
            "GRANT SELECT, INSERT, UPDATE ON notify_mailround TO casehug_app, casehug_sync", migrations.RunSQL.noop
        ),
    ]
