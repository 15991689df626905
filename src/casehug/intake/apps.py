from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "casehug.intake"

    def ready(self) -> None:
        from casehug.events import bus, catalogue  # noqa: PLC0415 - models load only once apps are ready
        from casehug.intake.services.matters import note_change  # noqa: PLC0415

        bus.subscribe(catalogue.Fact, note_change)
