"""What the engine needs to know of a firm before it looks at a matter: read once for a drain's turn.

Joins the open firm scope.
"""

from dataclasses import dataclass, field

from django.db.models import Exists

from casehug.connections.models import Connection
from casehug.sync import reference
from casehug.sync.drift import Drift, drifts_of
from casehug.sync.mapping import Choice, Placement, Reference, place
from casehug.sync.models import CaseTypeMapping, ContactList, FieldMapping, FormMapping
from casehug.tenancy.actor import current_firm


@dataclass(frozen=True)
class FirmRules:
    """The firm's account, switches, choices and Lawmatics settings."""

    account_id: str = ""
    time_zone: str = "UTC"
    number_matters: bool = False
    file_documents: bool = False
    # Whether a list of contacts is kept, or read just now, which has to be told of those that CaseHug makes.
    lists_contacts: bool = False
    reference: Reference = field(default_factory=Reference)
    case_types: dict[str, Choice] = field(default_factory=dict)
    fields: tuple[FieldMapping, ...] = ()
    forms: tuple[FormMapping, ...] = ()

    def place(self, case_type: str, practice_area: str) -> Placement:
        return place(case_type, practice_area, self.reference, self.case_types.get(case_type, Choice()))

    def drifts(self) -> tuple[Drift, ...]:
        """What the firm changed in Lawmatics under its choices, as far as the kept settings tell."""
        return drifts_of(self.case_types, self.fields, self.reference)


def kept_rules() -> FirmRules:
    """By the Lawmatics settings as last read; with none if they were never read."""
    kept, _ = reference.kept()
    connection = Connection.objects.annotate(lists_contacts=Exists(ContactList.objects.all())).first()
    return FirmRules(
        account_id=connection.account_id if connection else "",
        time_zone=current_firm().time_zone,
        number_matters=bool(connection and connection.number_matters),
        file_documents=bool(connection and connection.file_documents),
        lists_contacts=bool(connection and connection.lists_contacts),
        reference=kept or Reference(),
        case_types={mapping.case_type: choice_of(mapping) for mapping in CaseTypeMapping.objects.all()},
        fields=tuple(FieldMapping.objects.order_by("id")),
        forms=tuple(FormMapping.objects.order_by("id")),
    )


def choice_of(mapping: CaseTypeMapping) -> Choice:
    return Choice(
        mapping.stage_id,
        mapping.sub_status_id,
        mapping.practice_area_id,
        mapping.stage_name,
        mapping.sub_status_name,
        mapping.practice_area_name,
    )
