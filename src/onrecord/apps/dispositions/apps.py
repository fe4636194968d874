from django.apps import AppConfig
from django.db.models.signals import post_save


class DispositionsConfig(AppConfig):
    name = "onrecord.apps.dispositions"

    def ready(self) -> None:
        from onrecord.apps.dispositions.actions import create_default_lists

        post_save.connect(create_default_lists, sender="accounts.Team")
