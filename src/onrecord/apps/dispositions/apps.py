from django.apps import AppConfig


class OutcomesConfig(AppConfig):
    name = "onrecord.apps.dispositions"
