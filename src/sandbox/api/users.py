"""Users: `/me` is the cheapest health check, `current_firm` tells which account it is (API docs, Users)."""

from werkzeug.routing import Rule

from sandbox.api.attributes import always, plains
from sandbox.api.rest import Answer, Call, Resource
from sandbox.envelope import Shape
from sandbox.records import Ref, User

SHAPE: Shape[User] = Shape(
    type="user",
    noun="User",
    attributes={
        **plains("name", "email", "role", "sign_in_count"),
        "profile_pic_url": always(None),
        **plains("first_name", "last_name", "created_at", "updated_at"),
    },
    relationships={
        "firms": lambda scene, _: [Ref("firm", scene.firm.id)],
        "current_firm": lambda scene, _: Ref("firm", scene.firm.id),
        "invited_by": lambda scene, row: None if row is scene.firm.admin else Ref("user", scene.firm.admin.id),
    },
    defaults=("name", "email", "created_at", "updated_at"),
)


def _me(call: Call) -> Answer:
    return RESOURCE.one(call, call.user)


RULES = [Rule("/v1/users/me", methods=["GET"], endpoint=_me)]
RESOURCE: Resource[User] = Resource(path="users", shape=SHAPE, rows=lambda firm: firm.users)
