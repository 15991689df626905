"""The right to park the links of an account that the firm has left."""

from django.db import migrations

from casehug.tenancy.rowsecurity import GrantMore


class Migration(migrations.Migration):
    dependencies = [("sync", "0003_control")]

    operations = [GrantMore("link", app="update (parked)")]
