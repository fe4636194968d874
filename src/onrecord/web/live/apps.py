from django.apps import AppConfig


class LiveConfig(AppConfig):
    name = "onrecord.web.live"
