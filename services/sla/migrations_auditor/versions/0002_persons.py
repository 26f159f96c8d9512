"""Relevant persons, the method of an analysis, and the incident of a clock.

What was kept is a copy of the topics without these: it is let go, and the topics are read anew from their beginning.
"""

from alembic import op

revision = "0002"
down_revision = "0001"

_EMPTY = "truncate fact, said, look, standing_difference, read_position"
_REFERENCE, _PERSON = "(inc|rca|obl|cas|asg)_[0-9a-f]{32}", "pat_[0-9a-f]{32}"
_OWN_HARM = f"{_PERSON}:(unknown|unsafe-condition|near-miss|no-harm|low|moderate|severe|death)"


def _each(expression: str) -> str:
    return f"^({expression}(,{expression})*)?$"


_STATEMENTS = (
    f"""alter table fact
        add persons text[] not null,
        add own_harms text[] not null,
        add is_of_staff boolean not null,
        add method text,
        drop constraint fact_about_pattern,
        add constraint fact_about_pattern check (array_to_string("about", ',') ~ '{_each(_REFERENCE)}'),
        add constraint fact_persons_pattern check (array_to_string("persons", ',') ~ '{_each(_PERSON)}'),
        add constraint fact_own_harms_pattern check (array_to_string("own_harms", ',') ~ '{_each(_OWN_HARM)}'),
        add constraint fact_method_words check
            ("method" in ('rca', 'rca2', 'psii', 'aar', 'swarm', 'mdt', 'other'))""",
    "create index fact_by_persons on fact using gin (persons)",
    """alter table said
        add incident text,
        add constraint said_incident_pattern check ("incident" ~ '^inc_[0-9a-f]{32}$')""",
    "create index said_by_incident on said (incident)",
)


def upgrade() -> None:
    for statement in (_EMPTY, *_STATEMENTS):
        op.execute(statement)


def downgrade() -> None:
    for statement in (
        _EMPTY,
        "alter table said drop incident",
        "alter table fact drop persons, drop own_harms, drop is_of_staff, drop method",
    ):
        op.execute(statement)
