from casehug.intake.models.checklist import ChecklistItem, Document, DocumentState
from casehug.intake.models.client import Client
from casehug.intake.models.matter import Matter, MatterStatus, MatterWord

__all__ = ["ChecklistItem", "Client", "Document", "DocumentState", "Matter", "MatterStatus", "MatterWord"]
