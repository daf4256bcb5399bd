"""Tables in which rows are never changed and never taken away: the database itself refuses, whoever asks."""

from typing import Any


class AppendOnly:
    """The triggers that keep a table as it is, as statements for each database, and as steps of a migration.

    `name` is what they are called after; `refusal` is what the database says; `unique` are the sets of columns of
    which each stands for one row, as its id does. On SQLite a migration that alters the table makes it anew and so
    loses its triggers: let it begin with `RunPython(x.lift, x.lay)` and end with `RunPython(x.lay, x.lift)`.
    """

    def __init__(self, table: str, *, name: str, refusal: str, unique: tuple[tuple[str, ...], ...]) -> None:
        self.table = table
        refuse = f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
        the_same = " OR ".join(f"({' AND '.join(f'{one} = NEW.{one}' for one in columns)})" for columns in unique)
        replaced = f"SELECT 1 FROM {table} WHERE id = NEW.id OR {the_same}"  # noqa: S608 - names of our tables
        self.to_lay = {
            "sqlite": [
                f"CREATE TRIGGER {name}_stay_as_they_are BEFORE UPDATE ON {table} {refuse}",
                f"CREATE TRIGGER {name}_stay BEFORE DELETE ON {table} {refuse}",
                # INSERT OR REPLACE takes the old row away without asking the trigger for DELETE.
                f"CREATE TRIGGER {name}_are_not_replaced BEFORE INSERT ON {table} WHEN EXISTS ({replaced}) {refuse}",
            ],
            "postgresql": [
                f"CREATE FUNCTION {name}_stay() RETURNS trigger LANGUAGE plpgsql AS $$ "
                f"BEGIN RAISE EXCEPTION '{refusal}' USING ERRCODE = 'restrict_violation'; END $$",
                f"CREATE TRIGGER {name}_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION {name}_stay()",
                # Also in a session that passes for a replica, which skips ordinary triggers.
                f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}_stay",
            ],
        }
        self.to_lift = {
            "sqlite": [
                f"DROP TRIGGER {name}_stay_as_they_are",
                f"DROP TRIGGER {name}_stay",
                f"DROP TRIGGER {name}_are_not_replaced",
            ],
            "postgresql": [f"DROP TRIGGER {name}_stay ON {table}", f"DROP FUNCTION {name}_stay()"],
        }

    def lay(self, apps: Any, schema_editor: Any) -> None:
        for statement in self.to_lay[schema_editor.connection.vendor]:
            schema_editor.execute(statement, params=None)

    def lift(self, apps: Any, schema_editor: Any) -> None:
        for statement in self.to_lift[schema_editor.connection.vendor]:
            schema_editor.execute(statement, params=None)
