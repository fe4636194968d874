from django.apps import AppConfig


class CallsConfig(AppConfig):
    name = "onrecord.apps.calls"
