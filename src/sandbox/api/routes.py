"""Every path under /v1."""

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from sandbox.api import (
    activities,
    contacts,
    custom_fields,
    files,
    folders,
    forms,
    notes,
    points,
    prospects,
    reference,
    tags,
    users,
)
from sandbox.api.rest import Handler
from sandbox.envelope import no_such_path


def _rules() -> list[Rule]:
    rules: list[Rule] = [*users.RULES, *tags.RULES, *contacts.FINDERS.rules(), *prospects.FINDERS.rules()]
    rules += [*contacts.RESOURCE.rules(), *prospects.RESOURCE.rules(), *notes.RESOURCE.rules()]
    rules += [*activities.RESOURCE.rules(), *users.RESOURCE.rules(), *tags.RESOURCE.rules()]
    rules += [*reference.PIPELINES.rules(), *reference.STAGES.rules(), *reference.PRACTICE_AREAS.rules()]
    rules += [*reference.SUB_STATUSES.rules(), *reference.CONTACT_TYPES.rules()]
    rules += [*points.EMAIL_ADDRESSES.rules(), *points.PHONE_NUMBERS.rules()]
    rules += [*forms.RULES, *files.RULES, *files.RESOURCE.rules(), *folders.RESOURCE.rules()]
    return [*rules, *custom_fields.RESOURCE.rules()]


_PATHS = Map(_rules(), strict_slashes=False, merge_slashes=False).bind("sandbox")


def resolve(method: str, path: str) -> tuple[Handler, dict[str, str]]:
    """The function behind a path, with the values in the path; a wrong verb is no path either."""
    try:
        handler, values = _PATHS.match(path, method)
    except HTTPException as problem:
        raise no_such_path() from problem
    return handler, dict(values)
