"""The table of the shared cache: sign-in attempts are counted across all processes."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.RunSQL(
            """
            CREATE TABLE accounts_cache (
                cache_key varchar(255) PRIMARY KEY,
                value text NOT NULL,
                expires timestamptz NOT NULL
            );
            CREATE INDEX accounts_cache_expires ON accounts_cache (expires);
            GRANT SELECT, INSERT, UPDATE, DELETE ON accounts_cache TO casehug_app;
            GRANT SELECT, INSERT, UPDATE ON accounts_user TO casehug_app;
            """,
            "DROP TABLE accounts_cache",
        ),
    ]
