from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0003_clients_portal")]

    operations = [
        migrations.AddField(
            model_name="membership",
            name="matter_order",
            field=models.CharField(blank=True, max_length=10),
        ),
    ]
