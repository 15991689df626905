"""Columns and indexes for every order and filter of the lists, and the words that clients are found by."""

import django.db.models.deletion
from django.db import migrations, models

import casehug.kit.clock
import casehug.kit.ids
import casehug.tenancy.models
import casehug.tenancy.scope
from casehug.tenancy.rowsecurity import GrantMore, ProtectFirmTable

# The owner is held to row security too, and speaks for no firm: for the length of the copying it is let through.
LET_THROUGH = """
    ALTER TABLE intake_matter NO FORCE ROW LEVEL SECURITY;
    ALTER TABLE intake_client NO FORCE ROW LEVEL SECURITY
"""
HOLD_AGAIN = LET_THROUGH.replace("NO FORCE", "FORCE")
# Titles with accents are folded to their place when they are next changed: PostgreSQL alone cannot do that.
COPY_TITLES = "UPDATE intake_matter SET title_key = left(lower(title), 200), changed_at = created_at"
COPY_WORDS = """
    INSERT INTO intake_clientword (id, firm_id, client_id, word)
    SELECT gen_random_uuid(), firm_id, id, word
    FROM (
        SELECT DISTINCT firm_id, id, left(unnest(string_to_array(name_key || ' ' || email_key, ' ')), 80) AS word
        FROM intake_client
    ) AS words
    WHERE word <> '';
    SET CONSTRAINTS ALL IMMEDIATE
"""


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0003_swept_uploads"),
        ("tenancy", "0004_matter_order"),
    ]

    operations = [
        migrations.AddField(
            model_name="matter",
            name="changed_at",
            field=models.DateTimeField(default=casehug.kit.clock.now, editable=False),
        ),
        migrations.AddField(
            model_name="matter",
            name="status_height",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Case(
                    models.When(status="archived", then=0),
                    models.When(status="declined", then=1),
                    models.When(status="closed", then=2),
                    models.When(status="active", then=3),
                    models.When(status="review", then=4),
                    models.When(status="intake", then=5),
                    models.When(status="new", then=6),
                    default=0,
                ),
                output_field=models.SmallIntegerField(),
            ),
        ),
        migrations.AddField(
            model_name="matter",
            name="title_key",
            field=models.CharField(blank=True, db_collation="C", editable=False, max_length=200),
        ),
        migrations.CreateModel(
            name="ClientWord",
            fields=[
                (
                    "id",
                    models.UUIDField(default=casehug.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("word", models.CharField(db_collation="C", max_length=80)),
                (
                    "client",
                    casehug.tenancy.models.SameFirmKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
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
            options={
                "indexes": [models.Index(fields=["firm", "client"], name="words_of_client")],
                "constraints": [
                    models.UniqueConstraint(fields=("firm", "word", "client"), name="client_word_once"),
                ],
            },
        ),
        migrations.RunSQL(LET_THROUGH, migrations.RunSQL.noop),
        migrations.RunSQL(COPY_TITLES, migrations.RunSQL.noop),
        migrations.RunSQL(COPY_WORDS, migrations.RunSQL.noop),
        migrations.RunSQL(HOLD_AGAIN, migrations.RunSQL.noop),
        ProtectFirmTable("clientword", app="select, insert, delete"),
        GrantMore("matter", sync="update (changed_at)"),
        *(
            migrations.AddIndex(model_name="matter", index=models.Index(fields=["firm", *fields], name=name))
            for name, fields in (
                ("matter_attorney_newest", ["attorney_id", "-id"]),
                ("matter_case_type_newest", ["case_type", "-id"]),
                ("matter_by_change", ["-changed_at", "-id"]),
                ("matter_by_title", ["title_key", "id"]),
                ("matter_by_status", ["-status_height", "-id"]),
            )
        ),
    ]
