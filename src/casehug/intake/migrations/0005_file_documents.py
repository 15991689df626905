"""The worker may read the firm's file key: it streams approved documents to Lawmatics, where a firm switched that on."""

from django.db import migrations

from casehug.tenancy.rowsecurity import GrantMore


class Migration(migrations.Migration):
    dependencies = [("intake", "0004_lists")]

    operations = [GrantMore("filekey", sync="select")]
