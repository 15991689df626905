"""Rights on the tables that libraries bring: sessions, e-mail verification, content types, background jobs.

When an upgrade of a library brings a new table, a test that lists every table and its rights says so.
"""

from django.db import migrations

JOBS = "procrastinate_jobs, procrastinate_events, procrastinate_periodic_defers, procrastinate_workers"


class Migration(migrations.Migration):
    dependencies = [
        ("tenancy", "0001_initial"),
        ("accounts", "0002_cache_table"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("sessions", "0001_initial"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("procrastinate", "0041_post_retry_failed_job"),
    ]

    operations = [
        migrations.RunSQL(
            f"""
            GRANT SELECT, INSERT, UPDATE, DELETE ON django_session, account_emailaddress, account_emailconfirmation
                TO casehug_app;
            GRANT SELECT ON django_content_type, django_migrations TO casehug_app, casehug_sync;
            GRANT SELECT, INSERT, UPDATE, DELETE ON {JOBS} TO casehug_app, casehug_sync;
            GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO casehug_app;
            GRANT USAGE ON SEQUENCE procrastinate_jobs_id_seq, procrastinate_events_id_seq,
                procrastinate_periodic_defers_id_seq, procrastinate_workers_id_seq TO casehug_sync;
            """,
            migrations.RunSQL.noop,
        ),
    ]
