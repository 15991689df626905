import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import casehug.kit.clock
import casehug.kit.ids
import casehug.tenancy.models
import casehug.tenancy.scope
from casehug.tenancy.rowsecurity import USER_SETTING, ProtectFirmTable


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Firm",
            fields=[
                (
                    "id",
                    models.UUIDField(default=casehug.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("name", models.CharField(max_length=150)),
                (
                    "time_zone",
                    models.CharField(
                        default="America/New_York",
                        max_length=64,
                        validators=[casehug.tenancy.models.validate_timezone],
                    ),
                ),
                ("created_at", models.DateTimeField(default=casehug.kit.clock.now, editable=False)),
            ],
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                (
                    "id",
                    models.UUIDField(default=casehug.kit.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[("admin", "Firm admin"), ("attorney", "Attorney"), ("staff", "Staff")],
                        max_length=10,
                    ),
                ),
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
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("firm", "user"), name="one_membership_per_person_and_firm"),
                    models.CheckConstraint(
                        condition=models.Q(("role__in", ["admin", "attorney", "staff"])),
                        name="membership_role_known",
                    ),
                ],
            },
        ),
        ProtectFirmTable("firm", app="select, insert, update", sync="select", firm_column="id"),
        ProtectFirmTable("membership", app="select, insert, update, delete"),
        # A person who signs in must find their firm before any firm's scope can be open.
        migrations.RunSQL(
            f"CREATE POLICY own_membership ON tenancy_membership FOR SELECT USING (user_id = {USER_SETTING})",
            migrations.RunSQL.noop,
        ),
    ]
