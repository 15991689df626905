"""Control over the engine: choices, bulk runs, the egress ledger, what a dead worker had in hand."""

import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models

import casehug.kit.clock
import casehug.kit.ids
import casehug.tenancy.models
import casehug.tenancy.scope
from casehug.tenancy.rowsecurity import ProtectFirmTable


class Migration(migrations.Migration):
    dependencies = [
        ("connections", "0003_other_account_and_alerts"),
        ("sync", "0002_asked_about"),
        ("tenancy", "0004_matter_order"),
    ]

    operations = [
        migrations.CreateModel(
            name="BulkRun",
            fields=[
                (
                    "id",
                    models.UUIDField(default=casehug.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("previewing", "Counting"),
                            ("previewed", "Ready to start"),
                            ("running", "Running"),
                            ("paused", "Paused"),
                            ("done", "Done"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="previewing",
                        max_length=10,
                    ),
                ),
                ("quiet", models.BooleanField(default=True)),
                ("counts", models.JSONField(default=dict)),
                ("enter_stage", models.PositiveIntegerField(default=0)),
                ("calls", models.PositiveIntegerField(default=0)),
                ("total", models.PositiveIntegerField(default=0)),
                ("previewed", models.PositiveIntegerField(default=0)),
                ("cursor", models.UUIDField(null=True)),
                ("started_by_id", models.UUIDField(null=True)),
                ("created_at", models.DateTimeField(default=casehug.kit.clock.now)),
                ("previewed_at", models.DateTimeField(null=True)),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
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
        ),
        migrations.CreateModel(
            name="CaseTypeMapping",
            fields=[
                (
                    "id",
                    models.UUIDField(default=casehug.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("case_type", models.CharField(max_length=80)),
                ("stage_id", models.CharField(max_length=40, null=True)),
                ("stage_name", models.CharField(blank=True, max_length=200)),
                ("sub_status_id", models.CharField(max_length=40, null=True)),
                ("sub_status_name", models.CharField(blank=True, max_length=200)),
                ("practice_area_id", models.CharField(max_length=40, null=True)),
                ("practice_area_name", models.CharField(blank=True, max_length=200)),
                ("changed_by_id", models.UUIDField(null=True)),
                ("changed_at", models.DateTimeField(default=casehug.kit.clock.now)),
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
            name="ContactList",
            fields=[
                (
                    "id",
                    models.UUIDField(default=casehug.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("account_id", models.CharField(blank=True, max_length=40)),
                ("pages_read", models.PositiveIntegerField(default=0)),
                ("pages", models.PositiveIntegerField(default=0)),
                ("started_at", models.DateTimeField(null=True)),
                ("read_at", models.DateTimeField(null=True)),
                ("topped_up_at", models.DateTimeField(null=True)),
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
        ),
        migrations.CreateModel(
            name="FieldMapping",
            fields=[
                (
                    "id",
                    models.UUIDField(default=casehug.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("entity", models.CharField(choices=[("contact", "Contact"), ("matter", "Matter")], max_length=8)),
                ("source", models.CharField(max_length=120)),
                ("target", models.CharField(max_length=60)),
                ("target_name", models.CharField(blank=True, max_length=200)),
                ("target_type", models.CharField(blank=True, max_length=20)),
                (
                    "rule",
                    models.CharField(
                        choices=[("blanks", "Fill blanks only"), ("ours", "The intake wins"), ("ask", "Ask")],
                        default="blanks",
                        max_length=6,
                    ),
                ),
                ("changed_by_id", models.UUIDField(null=True)),
                ("changed_at", models.DateTimeField(default=casehug.kit.clock.now)),
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
            name="FormMapping",
            fields=[
                (
                    "id",
                    models.UUIDField(default=casehug.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("form_id", models.CharField(max_length=60)),
                ("form_name", models.CharField(max_length=200)),
                ("case_type", models.CharField(blank=True, max_length=80)),
                ("on_completion", models.BooleanField(default=False)),
                ("answers", models.JSONField(default=dict)),
                ("changed_by_id", models.UUIDField(null=True)),
                ("changed_at", models.DateTimeField(default=casehug.kit.clock.now)),
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
            name="PullReport",
            fields=[
                (
                    "id",
                    models.UUIDField(default=casehug.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("account_id", models.CharField(blank=True, max_length=40)),
                ("pages_read", models.PositiveIntegerField(default=0)),
                ("pages", models.PositiveIntegerField(default=0)),
                ("total", models.PositiveIntegerField(default=0)),
                ("linked", models.PositiveIntegerField(default=0)),
                ("missing", models.JSONField(default=list)),
                ("not_linked_here", models.PositiveIntegerField(default=0)),
                ("seen", models.JSONField(default=list)),
                ("started_at", models.DateTimeField(null=True)),
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
        ),
        migrations.CreateModel(
            name="RemoteContact",
            fields=[
                (
                    "id",
                    models.UUIDField(default=casehug.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("lawmatics_id", models.CharField(max_length=40)),
                ("email", models.CharField(blank=True, max_length=254)),
                ("first_name", models.CharField(blank=True, max_length=200)),
                ("last_name", models.CharField(blank=True, max_length=200)),
                ("phone", models.CharField(blank=True, max_length=60)),
                ("created_at", models.DateTimeField(null=True)),
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
            name="SentBody",
            fields=[
                (
                    "id",
                    models.UUIDField(default=casehug.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("matter_id", models.UUIDField()),
                ("method", models.CharField(max_length=6)),
                ("path", models.CharField(max_length=200)),
                ("body_sealed", models.BinaryField()),
                ("size", models.PositiveIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("at", models.DateTimeField(default=casehug.kit.clock.now)),
                (
                    "attempt",
                    casehug.tenancy.models.SameFirmKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="bodies",
                        to="sync.attempt",
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
            name="BulkItem",
            fields=[
                (
                    "id",
                    models.UUIDField(default=casehug.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("matter_id", models.UUIDField()),
                ("fate", models.CharField(max_length=10)),
                (
                    "result",
                    models.CharField(
                        choices=[
                            ("planned", "Not started"),
                            ("queued", "Waiting"),
                            ("done", "Done"),
                            ("held", "Needs attention"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="planned",
                        max_length=9,
                    ),
                ),
                ("text", models.TextField(blank=True)),
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
                (
                    "run",
                    casehug.tenancy.models.SameFirmKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="sync.bulkrun",
                    ),
                ),
            ],
        ),
        migrations.AlterModelOptions(
            name="link",
            options={"base_manager_name": "everything", "default_manager_name": "everything"},
        ),
        migrations.AlterModelManagers(
            name="link",
            managers=[
                ("everything", django.db.models.manager.Manager()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="attempt",
            name="one_unresolved_write_per_step",
        ),
        migrations.RemoveConstraint(
            model_name="link",
            name="one_link_per_record",
        ),
        migrations.RemoveConstraint(
            model_name="link",
            name="one_matter_per_lawmatics_id",
        ),
        migrations.AddField(
            model_name="attempt",
            name="account_id",
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddField(
            model_name="attempt",
            name="before",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="attempt",
            name="undone_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="change",
            name="deaths",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="change",
            name="forms",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="change",
            name="owner_id",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="change",
            name="quiet",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="change",
            name="run_id",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="change",
            name="undo_of",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="lane",
            name="learned_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="lane",
            name="learned_limit",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="lane",
            name="working_on",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="link",
            name="account_id",
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddField(
            model_name="link",
            name="declined",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="link",
            name="parked",
            field=models.BooleanField(default=False),
        ),
        migrations.AlterField(
            model_name="change",
            name="asked_about",
            field=models.TextField(blank=True),
        ),
        migrations.AlterField(
            model_name="change",
            name="decision",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "Undecided"),
                    ("link", "The same person"),
                    ("apart", "Somebody else"),
                    ("ours", "Use what the client gave"),
                    ("keep", "Keep what Lawmatics has"),
                ],
                default="",
                max_length=5,
            ),
        ),
        migrations.AlterField(
            model_name="link",
            name="kind",
            field=models.CharField(
                choices=[
                    ("contact", "Contact"),
                    ("matter", "Matter"),
                    ("note", "Note"),
                    ("document", "Document"),
                    ("form", "Form"),
                ],
                max_length=8,
            ),
        ),
        migrations.AddIndex(
            model_name="change",
            index=models.Index(
                condition=models.Q(("state", "waiting")), fields=["firm", "not_before"], name="changes_by_moment"
            ),
        ),
        migrations.AddIndex(
            model_name="change",
            index=models.Index(
                condition=models.Q(("run_id__isnull", False)), fields=["firm", "run_id", "id"], name="changes_of_run"
            ),
        ),
        migrations.AddConstraint(
            model_name="attempt",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("sending", "unknown"))),
                fields=("firm", "matter_id", "account_id", "action"),
                name="one_unresolved_write_per_step",
            ),
        ),
        migrations.AddConstraint(
            model_name="link",
            constraint=models.UniqueConstraint(
                condition=models.Q(("parked", False)), fields=("firm", "kind", "record_id"), name="one_link_per_record"
            ),
        ),
        migrations.AddConstraint(
            model_name="link",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "matter"), ("parked", False)),
                fields=("firm", "kind", "lawmatics_id"),
                name="one_matter_per_lawmatics_id",
            ),
        ),
        migrations.AddIndex(
            model_name="bulkrun",
            index=models.Index(fields=["firm", "-id"], name="bulk_runs_newest"),
        ),
        migrations.AddConstraint(
            model_name="bulkrun",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("previewing", "previewed", "running", "paused"))),
                fields=("firm",),
                name="one_open_bulk_run_per_firm",
            ),
        ),
        migrations.AddIndex(
            model_name="bulkitem",
            index=models.Index(fields=["firm", "run", "result", "id"], name="bulk_items_by_result"),
        ),
        migrations.AddConstraint(
            model_name="bulkitem",
            constraint=models.UniqueConstraint(fields=("firm", "run", "matter_id"), name="bulk_item_once"),
        ),
        migrations.AddConstraint(
            model_name="casetypemapping",
            constraint=models.UniqueConstraint(fields=("firm", "case_type"), name="one_mapping_per_case_type"),
        ),
        migrations.AddConstraint(
            model_name="contactlist",
            constraint=models.UniqueConstraint(fields=("firm",), name="one_contact_list_per_firm"),
        ),
        migrations.AddConstraint(
            model_name="fieldmapping",
            constraint=models.UniqueConstraint(fields=("firm", "entity", "target"), name="one_mapping_per_field"),
        ),
        migrations.AddConstraint(
            model_name="formmapping",
            constraint=models.UniqueConstraint(fields=("firm", "form_id", "case_type"), name="one_mapping_per_form"),
        ),
        migrations.AddConstraint(
            model_name="pullreport",
            constraint=models.UniqueConstraint(fields=("firm",), name="one_pull_report_per_firm"),
        ),
        migrations.AddIndex(
            model_name="remotecontact",
            index=models.Index(fields=["firm", "email"], name="remote_contact_by_email"),
        ),
        migrations.AddConstraint(
            model_name="remotecontact",
            constraint=models.UniqueConstraint(fields=("firm", "lawmatics_id"), name="remote_contact_once"),
        ),
        migrations.AddIndex(
            model_name="sentbody",
            index=models.Index(fields=["firm", "matter_id", "-id"], name="sent_of_matter"),
        ),
        ProtectFirmTable("sentbody", app="select", sync="select, insert"),
        ProtectFirmTable("casetypemapping", app="select, insert, update, delete", sync="select"),
        ProtectFirmTable("fieldmapping", app="select, insert, update, delete", sync="select"),
        ProtectFirmTable("formmapping", app="select, insert, update, delete", sync="select"),
        ProtectFirmTable("remotecontact", app="", sync="select, insert, update, delete"),
        ProtectFirmTable("contactlist", app="select, insert, update", sync="select, insert, update"),
        ProtectFirmTable("bulkrun", app="select, insert, update", sync="select, update"),
        ProtectFirmTable("bulkitem", app="select, update", sync="select, insert, update"),
        ProtectFirmTable("pullreport", app="select, insert, update", sync="select, insert, update"),
    ]
