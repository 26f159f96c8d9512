"""A new story on the same stack: cases, messages and incidents go, the roster stays."""

from aftercare_local.world.world import World

_CLOCKS = (
    "select format('%I.%I', table_schema, table_name) as name from information_schema.tables"
    " where table_schema = 'public' and table_type = 'BASE TABLE'"
    " and table_name not in ('alembic_version', 'inbox', 'rule')"
)
_EMPTY = {
    "support": (
        "select format('%I.%I', table_schema, table_name) as name from information_schema.tables"
        " where table_schema in ('public', 'identity') and table_type = 'BASE TABLE'"
        " and table_name not in ('alembic_version', 'inbox', 'staff', 'identifier', 'login', 'merged')"
    ),
    "outreach": (
        "select format('%I.%I', table_schema, table_name) as name from information_schema.tables"
        " where table_schema = 'public' and table_type = 'BASE TABLE'"
        " and table_name not in ('alembic_version', 'inbox')"
    ),
    "sla_event": _CLOCKS,
    "sla_support": _CLOCKS,
}


def reset(world: World) -> None:
    """Forget all cases, contacts and mails. Only for tests, only when nothing is moving."""
    world.settling.settle()
    for service, tables in _EMPTY.items():
        names = ", ".join(str(row["name"]) for row in world.databases.rows(service, tables))
        world.databases.execute(service, f"truncate {names}")
    world.inbox.forget_all()
