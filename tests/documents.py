"""Handing in and approving documents, as the firm's people do."""

from django.core.files.uploadedfile import SimpleUploadedFile

from casehug.intake import files, verdicts
from casehug.intake.models import ChecklistItem, Document, DocumentState, Matter
from casehug.intake.services import uploads
from casehug.intake.services.documents import approve_document
from casehug.tenancy.actor import Actor
from casehug.tenancy.scope import firm_scope

PDF = (
    b"%PDF-1.4\n"
    b"1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
    b"2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n"
    b"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] >>\nendobj\n"
    b"xref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n0000000058 00000 n \n0000000115 00000 n \n"
    b"trailer\n<< /Root 1 0 R /Size 4 >>\nstartxref\n186\n%%EOF\n"
)


def pdf(name: str = "scan.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PDF, content_type="application/pdf")


def pdf_of(size: int) -> bytes:
    """A whole PDF of exactly this size: what is missing stands in it as a comment."""
    return PDF[:9] + b"%" + b"x" * (size - len(PDF) - 2) + b"\n" + PDF[9:]


def bytes_of(document: Document) -> bytes:
    """What its download would hold, read in the firm's scope."""
    with firm_scope(document.firm_id):
        opened = files.open_document(document)
    return b"".join(opened)


def upload_document(actor: Actor, *, item: ChecklistItem, upload: SimpleUploadedFile) -> Document:
    """What `arrival.take_file` does in several scopes, inside the open one."""
    newcomer = uploads.expect_file(actor, item=item, size=upload.size or 0, provided_by="staff")
    with files.spool(upload.chunks()) as plain:
        judged = verdicts.judge(plain, name=upload.name or "")
        stored = files.store(plain, newcomer.place)
    return uploads.settle_file(actor, newcomer=newcomer, file_name=upload.name or "", judged=judged, stored=stored)


def hand_in(actor: Actor, matter: Matter, *, key: str) -> Document:
    """Upload a PDF for one item, inside the open scope."""
    return upload_document(actor, item=ChecklistItem.objects.get(matter=matter, key=key), upload=pdf())


def approve_all(actor: Actor, matter: Matter, *, required_only: bool) -> None:
    """Hand in and approve whatever is still missing."""
    with firm_scope(actor.firm_id):
        items = ChecklistItem.objects.filter(matter=matter).exclude(documents__state=DocumentState.APPROVED)
        for item in items.filter(required=True) if required_only else items:
            approve_document(actor, document=upload_document(actor, item=item, upload=pdf()))
