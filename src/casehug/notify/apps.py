from django.apps import AppConfig


class NotifyConfig(AppConfig):
    name = "casehug.notify"

    def ready(self) -> None:
        from casehug.notify import subscriptions  # noqa: PLC0415 - models load only once apps are ready

        subscriptions.subscribe_to_facts()
