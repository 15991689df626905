"""The addresses of the staff pages. Everything under settings/integrations/ is for firm admins, a test walks it."""

from django.urls import include, path

from casehug.web import connecting, documents, home, integrations, lawmatics_card, matters, new_matter

lawmatics = [
    path("", integrations.lawmatics, name="lawmatics"),
    path("credentials/", connecting.lawmatics_credentials, name="lawmatics_credentials"),
    path("connect/", connecting.lawmatics_connect, name="lawmatics_connect"),
    path("callback/", connecting.lawmatics_callback, name="lawmatics_callback"),
    path("test/", connecting.test_lawmatics, name="test_lawmatics"),
    path("switches/", integrations.save_switches_page, name="lawmatics_switches"),
    path("disconnect/", connecting.disconnect_lawmatics, name="disconnect_lawmatics"),
    path("log/", integrations.sync_log, name="sync_log"),
    path("changes/<uuid:change_id>/retry/", integrations.retry_change, name="retry_change"),
    path("changes/<uuid:change_id>/dismiss/", integrations.dismiss_change, name="dismiss_change"),
]

urlpatterns = [
    path("", home.home, name="home"),
    path("matters/", matters.matters, name="matters"),
    path("matters/new/", new_matter.new_matter, name="new_matter"),
    path("matters/<uuid:matter_id>/", matters.matter, name="matter"),
    path("matters/<uuid:matter_id>/lawmatics/", lawmatics_card.lawmatics_card, name="lawmatics_card"),
    path("matters/<uuid:matter_id>/sync/", lawmatics_card.sync_matter, name="sync_matter"),
    path("clients/search/", new_matter.find_clients_page, name="find_clients"),
    path("checklist/<uuid:item_id>/upload/", documents.upload_document, name="upload_document"),
    path("documents/<uuid:document_id>/", documents.document, name="document"),
    path("documents/<uuid:document_id>/approve/", documents.approve_document, name="approve_document"),
    path("settings/integrations/", integrations.integrations, name="integrations"),
    path("settings/integrations/lawmatics/", include(lawmatics)),
]
