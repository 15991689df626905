from casehug.intake.models.answer import Answer
from casehug.intake.models.checklist import ChecklistItem, Document, DocumentState, Provider
from casehug.intake.models.client import Client, ClientWord
from casehug.intake.models.link import Device, DeviceCode, IntakeLink, PortalKey, PortalKeyKind
from casehug.intake.models.matter import Matter, MatterStatus, MatterWord
from casehug.intake.models.note import InternalNote
from casehug.intake.models.template import TemplateVersion
from casehug.intake.models.upload import FileKey, FirmWithFiles, StrayFile, Upload

__all__ = [
    "Answer",
    "ChecklistItem",
    "Client",
    "ClientWord",
    "Device",
    "DeviceCode",
    "Document",
    "DocumentState",
    "FileKey",
    "FirmWithFiles",
    "IntakeLink",
    "InternalNote",
    "Matter",
    "MatterStatus",
    "MatterWord",
    "PortalKey",
    "PortalKeyKind",
    "Provider",
    "StrayFile",
    "TemplateVersion",
    "Upload",
]
