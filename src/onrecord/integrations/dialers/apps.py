from django.apps import AppConfig


class DialersConfig(AppConfig):
    name = "onrecord.integrations.dialers"
