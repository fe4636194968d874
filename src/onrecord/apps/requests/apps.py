from django.apps import AppConfig


class RequestsConfig(AppConfig):
    name = "onrecord.apps.requests"
