"""What the firm's own mappings add to a matter: custom fields and their rules, documents to file, forms to submit.

Joins the open firm scope.
"""

from collections.abc import Sequence

from casehug.intake.disclosure import MatterDisclosure
from casehug.sync.fields import mapped_fields
from casehug.sync.planner import Extras
from casehug.sync.rules import FirmRules
from casehug.sync.steps import documents, forms


def extras_for(disclosure: MatterDisclosure, rules: FirmRules, *, by_hand: Sequence[str] = ()) -> Extras:
    """`by_hand` names the forms that a person asked to submit now, as `Change.forms` keeps them."""
    mapped = mapped_fields(disclosure, rules)
    return Extras(
        contact=mapped.contact,
        matter=mapped.matter,
        rules=mapped.rules,
        documents=documents.due(disclosure) if rules.file_documents else (),
        forms=forms.due(disclosure, rules, by_hand=by_hand),
        numbered=rules.number_matters,
    )
