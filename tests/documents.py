"""Handing in and approving documents, as the firm's people do."""

from django.core.files.uploadedfile import SimpleUploadedFile

from casehug.intake.models import ChecklistItem, Document, DocumentState, Matter
from casehug.intake.services.documents import approve_document, upload_document
from casehug.tenancy.actor import Actor
from casehug.tenancy.scope import firm_scope

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def pdf(name: str = "scan.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PDF, content_type="application/pdf")


def hand_in(actor: Actor, matter: Matter, *, key: str) -> Document:
    """Upload a PDF for one item, inside the open scope."""
    return upload_document(actor, item=ChecklistItem.objects.get(matter=matter, key=key), upload=pdf())


def approve_all(actor: Actor, matter: Matter, *, required_only: bool) -> None:
    """Hand in and approve whatever is still missing."""
    with firm_scope(actor.firm_id):
        items = ChecklistItem.objects.filter(matter=matter).exclude(documents__state=DocumentState.APPROVED)
        for item in items.filter(required=True) if required_only else items:
            approve_document(actor, document=upload_document(actor, item=item, upload=pdf()))
