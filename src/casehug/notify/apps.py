from django.apps import AppConfig


class NotifyConfig(AppConfig):
    name = "casehug.notify"
