"""The right to clear away consent requests that are over."""

from django.db import migrations

from casehug.tenancy.rowsecurity import GrantMore


class Migration(migrations.Migration):
    dependencies = [("connections", "0001_initial")]

    operations = [GrantMore("consentrequest", app="delete")]
