"""The migration operation that puts a table behind the wall.

One operation per firm-owned table, in the same migration file that creates it:

    ProtectFirmTable("matter", app="select, insert, update", sync="select, update (status)")

It enables and forces row security, writes the one policy, ties references to rows of the same firm, and grants the
two run-time logins exactly the rights named. What is not granted is not allowed.
"""

from collections.abc import Iterator
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import ForeignKey, Model

# NULLIF: once a session has used the setting, PostgreSQL leaves it as '' after the transaction, not as NULL.
FIRM_SETTING = "NULLIF(current_setting('casehug.firm_id', true), '')::uuid"
USER_SETTING = "NULLIF(current_setting('casehug.user_id', true), '')::uuid"


class _OnlyInTheDatabase(Operation):
    """Changes nothing in the models, and needs no way back: what it made goes with its table or column."""

    reduces_to_sql = True
    reversible = True

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Nothing changes in the models."""

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """The table or column is dropped by the same migration."""


class ProtectFirmTable(_OnlyInTheDatabase):
    def __init__(self, model_name: str, *, app: str, sync: str = "", firm_column: str = "firm_id") -> None:
        self.model_name = model_name
        self.app = app
        self.sync = sync
        self.firm_column = firm_column

    def deconstruct(self) -> tuple[str, list[object], dict[str, object]]:
        options = {"app": self.app, "sync": self.sync, "firm_column": self.firm_column}
        return type(self).__name__, [self.model_name], dict(options)

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        table = model._meta.db_table
        rule = f"{self.firm_column} = {FIRM_SETTING}"
        schema_editor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        schema_editor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        schema_editor.execute(f"CREATE POLICY same_firm ON {table} USING ({rule}) WITH CHECK ({rule})")
        for statement in self._same_firm_references(model):
            schema_editor.execute(statement)
        _grant(schema_editor, table, app=self.app, sync=self.sync)

    def _same_firm_references(self, model: type[Model]) -> Iterator[str]:
        table = model._meta.db_table
        if self.firm_column != "firm_id":
            return
        yield f"ALTER TABLE {table} ADD CONSTRAINT {table}_firm_key UNIQUE (firm_id, id)"
        for field in model._meta.local_fields:
            if isinstance(field, ForeignKey) and not field.db_constraint:  # type: ignore[attr-defined]
                yield _same_firm_reference(table, field)

    def describe(self) -> str:
        return f"Put {self.model_name} behind row security"


class GrantMore(_OnlyInTheDatabase):
    """Further rights on a table that stands behind the wall already."""

    def __init__(self, model_name: str, *, app: str = "", sync: str = "") -> None:
        self.model_name = model_name
        self.app = app
        self.sync = sync

    def deconstruct(self) -> tuple[str, list[object], dict[str, object]]:
        return type(self).__name__, [self.model_name], {"app": self.app, "sync": self.sync}

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        table = to_state.apps.get_model(app_label, self.model_name)._meta.db_table
        _grant(schema_editor, table, app=self.app, sync=self.sync)

    def describe(self) -> str:
        return f"Grant more rights on {self.model_name}"


class TieToSameFirm(_OnlyInTheDatabase):
    """For a SameFirmKey that is added to a table which stands behind the wall already."""

    def __init__(self, model_name: str, field_name: str) -> None:
        self.model_name = model_name
        self.field_name = field_name

    def deconstruct(self) -> tuple[str, list[object], dict[str, object]]:
        return type(self).__name__, [self.model_name, self.field_name], {}

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        field = model._meta.get_field(self.field_name)
        if not isinstance(field, ForeignKey):
            raise TypeError(f"{self.field_name} is no reference")
        schema_editor.execute(_same_firm_reference(model._meta.db_table, field))

    def describe(self) -> str:
        return f"Tie {self.model_name}.{self.field_name} to rows of the same firm"


def _grant(schema_editor: BaseDatabaseSchemaEditor, table: str, *, app: str, sync: str) -> None:
    for login, rights in (("casehug_app", app), ("casehug_sync", sync)):
        if rights:
            schema_editor.execute(f"GRANT {rights} ON {table} TO {login}")


def _same_firm_reference(table: str, field: "ForeignKey[Any, Any]") -> str:
    return (
        f"ALTER TABLE {table} ADD CONSTRAINT {table}_{field.name}_same_firm"
        f" FOREIGN KEY (firm_id, {field.column}) REFERENCES {field.related_model._meta.db_table} (firm_id, id)"
        " DEFERRABLE INITIALLY DEFERRED"
    )
