from django.apps import AppConfig


class SharingConfig(AppConfig):
    name = "onrecord.apps.sharing"
