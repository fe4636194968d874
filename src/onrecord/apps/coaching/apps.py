from django.apps import AppConfig


class CoachingConfig(AppConfig):
    name = "onrecord.apps.coaching"
