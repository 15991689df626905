from django.apps import AppConfig


class ConnectionsConfig(AppConfig):
    name = "casehug.connections"
