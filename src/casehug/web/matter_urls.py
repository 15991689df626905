"""The addresses of one matter, of the documents that are reviewed in it, and of clients."""

from django.urls import path

from casehug.web import (
    clients,
    lawmatics_card,
    lawmatics_egress,
    lawmatics_forms,
    link_card,
    matter_actions,
    matters,
    notes,
    review,
)

# One matter: its tabs, its private link, and what can be done with it as a whole.
of_a_matter = [
    path("", matters.matter, name="matter"),
    path("answers/", review.matter_answers, name="matter_answers"),
    path("answers/<slug:question>/show/", review.show_secret, name="show_secret"),
    path("client/", clients.matter_client, name="matter_client"),
    path("client/save/", clients.save_matter_client, name="save_matter_client"),
    path("client/attach/", clients.attach_client_page, name="attach_client"),
    path("notes/", notes.matter_notes, name="matter_notes"),
    path("notes/add/", notes.add_note, name="add_note"),
    path("activity/", notes.matter_activity, name="matter_activity"),
    path("approve-all/", review.approve_all, name="approve_all"),
    path("link/send/", link_card.send_link, name="send_link"),
    path("link/renew/", link_card.renew_link, name="renew_link"),
    path("link/revoke/", link_card.revoke_link, name="revoke_link"),
    path("link/copy/", link_card.copy_link, name="copy_link"),
    path("title/", matter_actions.retitle_matter, name="retitle_matter"),
    path("attorney/", matter_actions.assign_attorney, name="assign_attorney"),
    path("status/", matter_actions.change_status, name="change_status"),
    path("archive/", matter_actions.archive_matter, name="archive_matter"),
    path("lawmatics/", lawmatics_card.lawmatics_card, name="lawmatics_card"),
    path("lawmatics/preview/", lawmatics_egress.lawmatics_preview, name="lawmatics_preview"),
    path("lawmatics/forms/", lawmatics_forms.matter_forms, name="matter_forms"),
    path("sync/", lawmatics_card.sync_matter, name="sync_matter"),
    path("sync/<uuid:attempt_id>/undo/", lawmatics_card.undo_update, name="undo_update"),
]

of_a_note = [path("delete/", notes.delete_note, name="delete_note")]

of_clients = [
    path("", clients.clients, name="clients"),
    path("<uuid:client_id>/", clients.client, name="client"),
    path("<uuid:client_id>/save/", clients.save_client, name="save_client"),
]

# Beside downloading and approving.
reviewing = [
    path("reject/", review.reject_document, name="reject_document"),
    path("reopen/", review.reopen_document, name="reopen_document"),
    path("preview/<int:page>/", review.document_page, name="document_page"),
    path("thumbnail/", review.document_thumbnail, name="document_thumbnail"),
]
