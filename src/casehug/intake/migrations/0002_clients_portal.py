import django.db.models.deletion
from django.db import migrations, models

import casehug.kit.clock
import casehug.kit.ids
import casehug.tenancy.models
import casehug.tenancy.scope
from casehug.tenancy.rowsecurity import ProtectFirmTable, TieToSameFirm


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0001_initial"),
        ("tenancy", "0003_clients_portal"),
    ]

    operations = [
        migrations.AddField(
            model_name="checklistitem",
            name="name_es",
            field=models.CharField(blank=True, max_length=120),
        ),
        migrations.AddField(
            model_name="checklistitem",
            name="why_es",
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name="client",
            name="language",
            field=models.CharField(choices=[("en", "English"), ("es", "Español")], default="en", max_length=2),
        ),
        migrations.AddField(
            model_name="document",
            name="part_of",
            field=casehug.tenancy.models.SameFirmKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="parts",
                to="intake.document",
            ),
        ),
        migrations.AddField(
            model_name="document",
            name="position",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="document",
            name="reject_message",
            field=models.CharField(blank=True, max_length=500),
        ),
        migrations.AddField(
            model_name="document",
            name="wrapped_key",
            field=models.BinaryField(null=True),
        ),
        migrations.AddField(
            model_name="matter",
            name="attorney_id",
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="matter",
            name="submitted_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.CreateModel(
            name="IntakeLink",
            fields=[
                (
                    "id",
                    models.UUIDField(default=casehug.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=casehug.kit.clock.now, editable=False)),
                ("created_by_id", models.UUIDField(editable=False, null=True)),
                ("expires_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                ("opened_at", models.DateTimeField(null=True)),
                ("last_used_at", models.DateTimeField(null=True)),
                ("reminders", models.PositiveSmallIntegerField(default=0)),
                ("reminded_at", models.DateTimeField(null=True)),
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
                (
                    "matter",
                    casehug.tenancy.models.SameFirmKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="links",
                        to="intake.matter",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DeviceCode",
            fields=[
                (
                    "id",
                    models.UUIDField(default=casehug.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("code_hash", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField(default=casehug.kit.clock.now, editable=False)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("used_at", models.DateTimeField(null=True)),
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
                (
                    "link",
                    casehug.tenancy.models.SameFirmKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="codes",
                        to="intake.intakelink",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Device",
            fields=[
                (
                    "id",
                    models.UUIDField(default=casehug.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=casehug.kit.clock.now, editable=False)),
                ("verified_at", models.DateTimeField(null=True)),
                ("last_used_at", models.DateTimeField(null=True)),
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
                (
                    "link",
                    casehug.tenancy.models.SameFirmKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="devices",
                        to="intake.intakelink",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="InternalNote",
            fields=[
                (
                    "id",
                    models.UUIDField(default=casehug.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("text", models.TextField(max_length=10000)),
                ("author_id", models.UUIDField(editable=False)),
                ("created_at", models.DateTimeField(default=casehug.kit.clock.now, editable=False)),
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
                (
                    "matter",
                    casehug.tenancy.models.SameFirmKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="internal_notes",
                        to="intake.matter",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PortalKey",
            fields=[
                ("hash", models.CharField(max_length=64, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[("token", "Token of a link"), ("device", "Cookie of a device")], max_length=6
                    ),
                ),
                ("firm_id", models.UUIDField()),
                ("link_id", models.UUIDField()),
                ("created_at", models.DateTimeField(default=casehug.kit.clock.now)),
            ],
            options={
                "indexes": [models.Index(fields=["link_id"], name="portal_key_of_link")],
            },
        ),
        migrations.CreateModel(
            name="TemplateVersion",
            fields=[
                (
                    "id",
                    models.UUIDField(default=casehug.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("case_type", models.SlugField(db_index=False, max_length=60)),
                ("number", models.PositiveIntegerField()),
                ("content", models.JSONField()),
                ("created_at", models.DateTimeField(default=casehug.kit.clock.now, editable=False)),
                ("created_by_id", models.UUIDField(editable=False, null=True)),
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
        migrations.AddField(
            model_name="matter",
            name="template",
            field=casehug.tenancy.models.SameFirmKey(
                db_constraint=False,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="intake.templateversion",
            ),
        ),
        migrations.CreateModel(
            name="Upload",
            fields=[
                (
                    "id",
                    models.UUIDField(default=casehug.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("file_name", models.CharField(max_length=180)),
                ("size", models.PositiveBigIntegerField()),
                ("received", models.PositiveBigIntegerField(default=0)),
                ("pieces", models.PositiveIntegerField(default=0)),
                ("stored_as", models.CharField(max_length=120)),
                ("wrapped_key", models.BinaryField()),
                ("provided_by", models.CharField(choices=[("client", "Client"), ("staff", "Staff")], max_length=6)),
                ("uploaded_by_id", models.UUIDField(editable=False, null=True)),
                ("created_at", models.DateTimeField(default=casehug.kit.clock.now, editable=False)),
                ("last_piece_at", models.DateTimeField(default=casehug.kit.clock.now)),
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
                (
                    "item",
                    casehug.tenancy.models.SameFirmKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="uploads",
                        to="intake.checklistitem",
                    ),
                ),
                (
                    "matter",
                    casehug.tenancy.models.SameFirmKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="uploads",
                        to="intake.matter",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Answer",
            fields=[
                (
                    "id",
                    models.UUIDField(default=casehug.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("question", models.SlugField(db_index=False, max_length=60)),
                ("value", models.JSONField(null=True)),
                ("sealed", models.BinaryField(null=True)),
                ("revision", models.PositiveIntegerField(default=1)),
                ("updated_at", models.DateTimeField(default=casehug.kit.clock.now)),
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
                (
                    "matter",
                    casehug.tenancy.models.SameFirmKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="answers",
                        to="intake.matter",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("firm", "matter", "question"), name="one_answer_per_question")
                ],
            },
        ),
        migrations.CreateModel(
            name="FileKey",
            fields=[
                (
                    "id",
                    models.UUIDField(default=casehug.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("sealed", models.BinaryField()),
                ("created_at", models.DateTimeField(default=casehug.kit.clock.now, editable=False)),
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
                "constraints": [models.UniqueConstraint(fields=("firm",), name="one_file_key_per_firm")],
            },
        ),
        migrations.AddIndex(
            model_name="intakelink",
            index=models.Index(fields=["firm", "expires_at"], name="links_by_expiry"),
        ),
        migrations.AddIndex(
            model_name="intakelink",
            index=models.Index(
                condition=models.Q(("revoked_at", None)), fields=["firm", "sent_at"], name="links_to_remind"
            ),
        ),
        migrations.AddConstraint(
            model_name="intakelink",
            constraint=models.UniqueConstraint(fields=("firm", "matter"), name="one_link_per_matter"),
        ),
        migrations.AddIndex(
            model_name="devicecode",
            index=models.Index(fields=["firm", "link", "-id"], name="codes_of_link"),
        ),
        migrations.AddIndex(
            model_name="device",
            index=models.Index(fields=["firm", "link"], name="devices_of_link"),
        ),
        migrations.AddIndex(
            model_name="internalnote",
            index=models.Index(fields=["firm", "matter", "-id"], name="notes_of_matter"),
        ),
        migrations.AddConstraint(
            model_name="templateversion",
            constraint=models.UniqueConstraint(fields=("firm", "case_type", "number"), name="template_version_once"),
        ),
        migrations.AddIndex(
            model_name="upload",
            index=models.Index(fields=["firm", "matter"], name="uploads_of_matter"),
        ),
        ProtectFirmTable("templateversion", app="select, insert", sync="select"),
        ProtectFirmTable("answer", app="select, insert, update", sync="select"),
        ProtectFirmTable("intakelink", app="select, insert, update"),
        ProtectFirmTable("device", app="select, insert, update"),
        ProtectFirmTable("devicecode", app="select, insert, update"),
        ProtectFirmTable("filekey", app="select, insert"),
        ProtectFirmTable("upload", app="select, insert, update, delete"),
        # Privileged work product: the login that talks to Lawmatics has no right on it at all.
        ProtectFirmTable("internalnote", app="select, insert, delete"),
        # A directory table: a private link must be found before its firm is known. Hashes and ids only.
        migrations.RunSQL("GRANT SELECT, INSERT, DELETE ON intake_portalkey TO casehug_app", migrations.RunSQL.noop),
        TieToSameFirm("matter", "template"),
        TieToSameFirm("document", "part_of"),
    ]
