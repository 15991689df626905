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
            name="ChecklistItem",
            fields=[
                (
                    "id",
                    models.UUIDField(default=casehug.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("key", models.SlugField(db_index=False, max_length=60)),
                ("name", models.CharField(max_length=120)),
                ("why", models.CharField(max_length=300)),
                ("category", models.CharField(max_length=40)),
                ("required", models.BooleanField()),
                ("position", models.PositiveSmallIntegerField()),
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
            name="Client",
            fields=[
                (
                    "id",
                    models.UUIDField(default=casehug.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("first_name", models.CharField(max_length=80)),
                ("last_name", models.CharField(max_length=80)),
                ("email", models.EmailField(blank=True, max_length=254)),
                ("phone", models.CharField(blank=True, max_length=32)),
                ("name_key", models.CharField(db_collation="C", editable=False, max_length=161)),
                ("email_key", models.CharField(blank=True, db_collation="C", editable=False, max_length=254)),
                ("phone_key", models.CharField(blank=True, db_collation="C", editable=False, max_length=32)),
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
        ),
        migrations.CreateModel(
            name="Matter",
            fields=[
                (
                    "id",
                    models.UUIDField(default=casehug.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("title", models.CharField(max_length=200)),
                ("case_type", models.SlugField(max_length=60)),
                ("case_type_name", models.CharField(max_length=120)),
                ("practice_area", models.CharField(max_length=60)),
                ("state", models.CharField(max_length=2)),
                ("county", models.CharField(blank=True, max_length=80)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("new", "New"),
                            ("intake", "Intake"),
                            ("review", "Review"),
                            ("active", "Active"),
                            ("closed", "Closed"),
                            ("declined", "Declined"),
                            ("archived", "Archived"),
                        ],
                        default="new",
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField(default=casehug.kit.clock.now, editable=False)),
                ("created_by_id", models.UUIDField(editable=False, null=True)),
                ("intake_completed_at", models.DateTimeField(editable=False, null=True)),
                ("request_key", models.UUIDField(editable=False)),
                ("delivery_state", models.CharField(blank=True, editable=False, max_length=12)),
                (
                    "client",
                    casehug.tenancy.models.SameFirmKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="matters",
                        to="intake.client",
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
        migrations.CreateModel(
            name="Document",
            fields=[
                (
                    "id",
                    models.UUIDField(default=casehug.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("file_name", models.CharField(max_length=180)),
                ("content_type", models.CharField(max_length=100)),
                ("size", models.PositiveBigIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("stored_as", models.CharField(max_length=120)),
                (
                    "provided_by",
                    models.CharField(choices=[("client", "Client"), ("staff", "Staff")], max_length=6),
                ),
                ("uploaded_by_id", models.UUIDField(editable=False, null=True)),
                ("uploaded_at", models.DateTimeField(default=casehug.kit.clock.now, editable=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("uploaded", "To review"),
                            ("approved", "Approved"),
                            ("rejected", "Rejected"),
                        ],
                        default="uploaded",
                        max_length=8,
                    ),
                ),
                ("reviewed_by_id", models.UUIDField(editable=False, null=True)),
                ("reviewed_at", models.DateTimeField(editable=False, null=True)),
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
                        related_name="documents",
                        to="intake.checklistitem",
                    ),
                ),
                (
                    "matter",
                    casehug.tenancy.models.SameFirmKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="documents",
                        to="intake.matter",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="checklistitem",
            name="matter",
            field=casehug.tenancy.models.SameFirmKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="checklist",
                to="intake.matter",
            ),
        ),
        migrations.CreateModel(
            name="MatterWord",
            fields=[
                (
                    "id",
                    models.UUIDField(default=casehug.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("word", models.CharField(db_collation="C", max_length=80)),
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
                        related_name="+",
                        to="intake.matter",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="client",
            index=models.Index(fields=["firm", "email_key"], name="client_email"),
        ),
        migrations.AddIndex(
            model_name="client",
            index=models.Index(fields=["firm", "phone_key"], name="client_phone"),
        ),
        migrations.AddIndex(
            model_name="client",
            index=models.Index(fields=["firm", "name_key"], name="client_name"),
        ),
        migrations.AddIndex(
            model_name="client",
            index=models.Index(fields=["firm", "-id"], name="client_newest"),
        ),
        migrations.AddIndex(
            model_name="matter",
            index=models.Index(fields=["firm", "-id"], name="matter_newest"),
        ),
        migrations.AddIndex(
            model_name="matter",
            index=models.Index(fields=["firm", "status", "-id"], name="matter_status_newest"),
        ),
        migrations.AddIndex(
            model_name="matter",
            index=models.Index(fields=["firm", "delivery_state", "-id"], name="matter_delivery_newest"),
        ),
        migrations.AddIndex(
            model_name="matter",
            index=models.Index(fields=["firm", "client", "-id"], name="matter_of_client"),
        ),
        migrations.AddConstraint(
            model_name="matter",
            constraint=models.UniqueConstraint(fields=("firm", "request_key"), name="matter_opened_once"),
        ),
        migrations.AddConstraint(
            model_name="matter",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["new", "intake", "review", "active", "closed", "declined", "archived"])
                ),
                name="matter_status_known",
            ),
        ),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(fields=["firm", "matter", "id"], name="documents_of_matter"),
        ),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(
                condition=models.Q(("state", "uploaded")), fields=["firm", "-id"], name="documents_to_review"
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["uploaded", "approved", "rejected"])),
                name="document_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(("provided_by__in", ["client", "staff"])), name="document_provider_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="checklistitem",
            constraint=models.UniqueConstraint(fields=("firm", "matter", "key"), name="checklist_item_once"),
        ),
        migrations.AddIndex(
            model_name="matterword",
            index=models.Index(fields=["firm", "matter"], name="words_of_matter"),
        ),
        migrations.AddConstraint(
            model_name="matterword",
            constraint=models.UniqueConstraint(fields=("firm", "word", "matter"), name="matter_word_once"),
        ),
        ProtectFirmTable("client", app="select, insert, update", sync="select"),
        ProtectFirmTable("matter", app="select, insert, update", sync="select, update (delivery_state)"),
        ProtectFirmTable("matterword", app="select, insert, delete"),
        ProtectFirmTable("checklistitem", app="select, insert, update", sync="select"),
        ProtectFirmTable("document", app="select, insert, update, delete", sync="select"),
    ]
