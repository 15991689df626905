from django.apps import AppConfig
from django.db.backends.signals import connection_created

from casehug.tenancy import scope


class TenancyConfig(AppConfig):
    name = "casehug.tenancy"

    def ready(self) -> None:
        connection_created.connect(scope.watch, dispatch_uid="casehug.tenancy.scope")
