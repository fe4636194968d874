from django.apps import AppConfig


class RecordingsConfig(AppConfig):
    name = "onrecord.apps.recordings"
