from django.apps import AppConfig


class DialersConfig(AppConfig):
    name = "onrecord.apps.integrations.dialers"
