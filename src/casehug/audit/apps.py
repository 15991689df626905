from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "casehug.audit"

    def ready(self) -> None:
        from casehug.audit.services import record_fact  # noqa: PLC0415 - models load only once apps are ready
        from casehug.events import bus, catalogue  # noqa: PLC0415

        bus.subscribe(catalogue.Fact, record_fact)
