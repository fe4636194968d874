"""Other dialers: the page to connect them, the API for programs, and the webhooks."""

from django.urls import path

from onrecord.apps.accounts.permissions import Permission
from onrecord.apps.integrations.dialers.schemas import CallIn
from onrecord.web.integrations.dialers import api, pages, webhooks
from onrecord.web.settings_section import SettingsSection

urlpatterns = [
    path("settings/integrations", pages.integrations, name="integrations"),
    path("settings/integrations/tokens", pages.create_token, name="create-token"),
    path("settings/integrations/tokens/<int:token_id>/revoke", pages.revoke_token, name="revoke-token"),
    path("settings/integrations/dialers", pages.connect, name="connect-dialer"),
    path("settings/integrations/dialers/<str:key>/remove", pages.disconnect, name="disconnect-dialer"),
    path("settings/integrations/deliveries/<int:delivery_id>/user", pages.link_user, name="link-dialer-user"),
    path("settings/integrations/deliveries/<int:delivery_id>/retry", pages.retry, name="retry-delivery"),
    path("settings/integrations/kept/<int:kept_id>/retry", pages.retry_kept, name="retry-kept-delivery"),
    path("webhooks/<str:key>", webhooks.deliver, name="webhook"),
]
routers = {"/conversations": api.router}
bodies = [CallIn]
sections = [
    SettingsSection(
        page="integrations", icon="plug", label="Integrations", permission=Permission.INTEGRATIONS_MANAGE
    )
]
