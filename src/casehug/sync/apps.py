from django.apps import AppConfig


class SyncConfig(AppConfig):
    name = "casehug.sync"

    def ready(self) -> None:
        from casehug.sync import attention, outbox  # noqa: PLC0415 - models load only once apps are ready

        outbox.subscribe_to_facts()
        attention.subscribe_to_facts()
