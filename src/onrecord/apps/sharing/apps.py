from django.apps import AppConfig
from django.db.models.signals import post_save


class SharingConfig(AppConfig):
    name = "onrecord.apps.sharing"

    def ready(self) -> None:
        from onrecord.apps.sharing.actions import create_default_settings

        post_save.connect(create_default_settings, sender="accounts.Team")
