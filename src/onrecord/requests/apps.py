from django.apps import AppConfig


class RequestsConfig(AppConfig):
    name = "onrecord.requests"
