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
        ("connections", "0001_initial"),
        ("tenancy", "0002_library_rights"),
    ]

    operations = [
        migrations.CreateModel(
            name="Doorbell",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("firm_id", models.UUIDField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="Change",
            fields=[
                (
                    "id",
                    models.UUIDField(default=casehug.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("matter_id", models.UUIDField()),
                ("reason", models.CharField(max_length=30)),
                (
                    "priority",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "Asked for by a person"), (5, "Automatic"), (9, "Bulk")], default=5
                    ),
                ),
                ("asked_by_id", models.UUIDField(null=True)),
                (
                    "decision",
                    models.CharField(
                        blank=True,
                        choices=[("", "Undecided"), ("link", "The same person"), ("apart", "Somebody else")],
                        default="",
                        max_length=5,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("held", "Needs attention"),
                            ("delivered", "Delivered"),
                            ("dismissed", "Dismissed"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("revision", models.PositiveIntegerField(default=1)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("not_before", models.DateTimeField(default=casehug.kit.clock.now)),
                ("problem", models.CharField(blank=True, max_length=40)),
                ("problem_text", models.TextField(blank=True)),
                ("created_at", models.DateTimeField(default=casehug.kit.clock.now)),
                ("settled_at", models.DateTimeField(null=True)),
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
            name="Attempt",
            fields=[
                (
                    "id",
                    models.UUIDField(default=casehug.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("matter_id", models.UUIDField()),
                ("action", models.CharField(max_length=30)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("sending", "Sending"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                            ("unknown", "Outcome unknown"),
                            ("adopted", "Found and adopted"),
                            ("absent", "Was not created"),
                        ],
                        max_length=8,
                    ),
                ),
                ("at", models.DateTimeField(default=casehug.kit.clock.now)),
                ("milliseconds", models.PositiveIntegerField(null=True)),
                ("requests", models.PositiveSmallIntegerField(default=0)),
                ("lawmatics_id", models.CharField(blank=True, max_length=40)),
                ("problem", models.CharField(blank=True, max_length=40)),
                ("text", models.TextField(blank=True)),
                ("fence", models.BigIntegerField(null=True)),
                ("intended", models.JSONField(default=dict)),
                ("lookups", models.PositiveSmallIntegerField(default=0)),
                ("looked_at", models.DateTimeField(null=True)),
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
                    "change",
                    casehug.tenancy.models.SameFirmKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attempts",
                        to="sync.change",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Lane",
            fields=[
                ("firm_id", models.UUIDField(primary_key=True, serialize=False)),
                ("due_at", models.DateTimeField(null=True)),
                ("paused_until", models.DateTimeField(null=True)),
                ("pause_reason", models.CharField(blank=True, max_length=30)),
                ("leased_until", models.DateTimeField(null=True)),
                ("fence", models.BigIntegerField(default=0)),
            ],
            options={
                "indexes": [models.Index(fields=["due_at"], name="lane_due")],
            },
        ),
        migrations.CreateModel(
            name="Link",
            fields=[
                (
                    "id",
                    models.UUIDField(default=casehug.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("contact", "Contact"), ("matter", "Matter"), ("note", "Note")], max_length=8
                    ),
                ),
                ("record_id", models.UUIDField()),
                ("lawmatics_id", models.CharField(blank=True, max_length=40)),
                ("sent", models.JSONField(default=dict)),
                ("wanted_digest", models.CharField(max_length=64)),
                ("adopted", models.BooleanField(default=False)),
                ("stage_name", models.CharField(blank=True, max_length=200)),
                ("notice", models.CharField(blank=True, max_length=300)),
                ("created_at", models.DateTimeField(default=casehug.kit.clock.now)),
                ("updated_at", models.DateTimeField(default=casehug.kit.clock.now)),
                (
                    "connection",
                    casehug.tenancy.models.SameFirmKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="links",
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
        migrations.CreateModel(
            name="ReferenceData",
            fields=[
                (
                    "id",
                    models.UUIDField(default=casehug.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("content", models.JSONField(default=dict)),
                ("read_at", models.DateTimeField()),
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
            name="RequestSlot",
            fields=[
                (
                    "id",
                    models.UUIDField(default=casehug.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("at", models.DateTimeField()),
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
        migrations.AddIndex(
            model_name="change",
            index=models.Index(
                condition=models.Q(("state", "waiting")),
                fields=["firm", "priority", "id"],
                name="changes_waiting",
            ),
        ),
        migrations.AddIndex(
            model_name="change",
            index=models.Index(condition=models.Q(("state", "held")), fields=["firm", "-id"], name="changes_held"),
        ),
        migrations.AddIndex(
            model_name="change",
            index=models.Index(fields=["firm", "matter_id", "-id"], name="changes_of_matter"),
        ),
        migrations.AddIndex(
            model_name="change",
            index=models.Index(
                condition=models.Q(("state", "delivered")),
                fields=["firm", "settled_at"],
                name="changes_settled",
            ),
        ),
        migrations.AddConstraint(
            model_name="change",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("waiting", "held"))),
                fields=("firm", "matter_id"),
                name="one_open_change_per_matter",
            ),
        ),
        migrations.AddConstraint(
            model_name="change",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["waiting", "held", "delivered", "dismissed"])),
                name="change_state_known",
            ),
        ),
        migrations.AddIndex(
            model_name="attempt",
            index=models.Index(fields=["firm", "-id"], name="attempts_newest"),
        ),
        migrations.AddIndex(
            model_name="attempt",
            index=models.Index(fields=["firm", "matter_id", "-id"], name="attempts_of_matter"),
        ),
        migrations.AddIndex(
            model_name="attempt",
            index=models.Index(
                condition=models.Q(("state__in", ["failed", "unknown"])),
                fields=["firm", "-id"],
                name="attempts_troubled",
            ),
        ),
        migrations.AddConstraint(
            model_name="attempt",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("sending", "unknown"))),
                fields=("firm", "matter_id", "action"),
                name="one_unresolved_write_per_step",
            ),
        ),
        migrations.AddIndex(
            model_name="link",
            index=models.Index(fields=["firm", "kind", "lawmatics_id"], name="link_by_lawmatics_id"),
        ),
        migrations.AddConstraint(
            model_name="link",
            constraint=models.UniqueConstraint(fields=("firm", "kind", "record_id"), name="one_link_per_record"),
        ),
        migrations.AddConstraint(
            model_name="link",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "matter")),
                fields=("firm", "kind", "lawmatics_id"),
                name="one_matter_per_lawmatics_id",
            ),
        ),
        migrations.AddConstraint(
            model_name="referencedata",
            constraint=models.UniqueConstraint(fields=("firm",), name="one_reference_data_per_firm"),
        ),
        migrations.AddIndex(
            model_name="requestslot",
            index=models.Index(fields=["firm", "at"], name="request_slots_by_time"),
        ),
        ProtectFirmTable("change", app="select, insert, update", sync="select, insert, update"),
        ProtectFirmTable("attempt", app="select", sync="select, insert, update"),
        ProtectFirmTable("link", app="select", sync="select, insert, update"),
        ProtectFirmTable("requestslot", app="select, insert, delete", sync="select, insert, delete"),
        ProtectFirmTable("referencedata", app="select, insert, update", sync="select, insert, update"),
        # Directory tables: no client data in them, and a worker must find due firms before it can open a scope.
        migrations.RunSQL(
            """
            GRANT SELECT, INSERT, UPDATE ON sync_lane TO casehug_app, casehug_sync;
            GRANT SELECT, INSERT, DELETE ON sync_doorbell TO casehug_app, casehug_sync;
            GRANT USAGE ON SEQUENCE sync_doorbell_id_seq TO casehug_app, casehug_sync;
            """,
            migrations.RunSQL.noop,
        ),
    ]
