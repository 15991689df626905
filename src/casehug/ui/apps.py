from django.apps import AppConfig


class UiConfig(AppConfig):
    """Base templates, components and design tokens. Listed before allauth, whose pages it overrides."""

    name = "casehug.ui"
    label = "ui"
    verbose_name = "User interface"
