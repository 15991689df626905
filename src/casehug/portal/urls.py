"""The addresses of the client's pages."""

from django.urls import path

from casehug.portal import brand, documents, door, home, pieces, questions

urlpatterns = [
    path("i/<str:token>", door.intake_link, name="intake_link"),
    path("i/<str:token>/", door.intake_link),
    path("portal/", home.home, name="portal_home"),
    path("portal/open/", door.open_portal, name="portal_open"),
    path("portal/code/", door.enter_code, name="portal_code"),
    path("portal/leave/", door.leave, name="portal_leave"),
    path("portal/language/<str:language>/", door.choose_language, name="portal_language"),
    path("portal/brand.css", brand.brand_css, name="portal_brand"),
    path("portal/logo", brand.logo, name="portal_logo"),
    path("portal/about/", home.about, name="portal_about"),
    path("portal/questions/", questions.questions, name="portal_questions"),
    path("portal/questions/<slug:key>/", questions.section, name="portal_section"),
    path("portal/answers/<slug:question>/", questions.autosave, name="portal_answer"),
    path("portal/documents/", documents.checklist, name="portal_documents"),
    path("portal/items/<uuid:item_id>/files/", documents.hand_in, name="portal_hand_in"),
    path("portal/items/<uuid:item_id>/combine/", documents.combine, name="portal_combine"),
    path("portal/documents/<uuid:document_id>/remove/", documents.remove, name="portal_remove"),
    path("portal/items/<uuid:item_id>/uploads/", pieces.start, name="portal_start_upload"),
    path("portal/uploads/<uuid:upload_id>/", pieces.received, name="portal_upload"),
    path("portal/uploads/<uuid:upload_id>/pieces/", pieces.add, name="portal_add_piece"),
    path("portal/uploads/<uuid:upload_id>/finish/", pieces.finish, name="portal_finish_upload"),
    path("portal/finish/", home.finish, name="portal_finish"),
    path("portal/done/", home.done, name="portal_done"),
]
