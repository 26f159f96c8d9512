"""What a test may look up inside, to compare with what people saw outside."""

from aftercare.intake.adapters.naming import KeyedNaming
from aftercare.kit.privacy.identifiers import IdentifierKeyring, decode_key
from aftercare_local.keys import Keys
from aftercare_local.world.databases import Databases, Row
from aftercare_local.world.hospital import Incident
from aftercare_local.world.people import EMPLOYEE_SYSTEM, Person


class Looking:
    """Finds people's cases and incidents' obligations by way of the keys of this run."""

    def __init__(self, databases: Databases, keys: Keys) -> None:
        self._databases = databases
        self._keyring = IdentifierKeyring.from_setting(keys.identifiers)
        self._naming = KeyedNaming(self._keyring, decode_key(keys.patients, "the patient key"), "")

    def reference_of(self, incident: Incident) -> str:
        """Our reference of an incident that a source has filed."""
        key = self._naming.key("incident", "", incident.number)
        found = self._databases.value("intake", "select incident from incident where source_key = $1", key)
        assert found is not None, f"intake knows no incident {incident.number}"
        return str(found)

    def person_token(self, person: Person) -> str:
        token = self._keyring.token(EMPLOYEE_SYSTEM, "identifier", person.number)
        found = self._databases.value("support", "select person from identity.identifier where identifier = $1", token)
        assert found is not None, f"support knows nobody by the identifier of {person.name}"
        return str(found)

    def case_of(self, person: Person) -> Row:
        """The person's newest case."""
        rows = self._databases.rows(
            "support",
            'select "case", state from support_case where person = $1 order by opened_at desc, "case" desc limit 1',
            self.person_token(person),
        )
        assert rows, f"{person.name} has no case"
        return rows[0]

    def obligations(self, incident: Incident) -> list[Row]:
        return self._databases.rows(
            "support",
            "select involvement, person, unresolved, settlement, reason from obligation where incident = $1",
            self.reference_of(incident),
        )

    def obligation_to(self, person: Person, incident: Incident) -> str:
        """What the person is owed because of the incident."""
        found = self._databases.value(
            "support",
            "select obligation from obligation where incident = $1 and person = $2",
            self.reference_of(incident),
            self.person_token(person),
        )
        assert found is not None, f"nothing is owed to {person.name} because of incident {incident.number}"
        return str(found)

    def open_task(self, person: Person, *, kind: str) -> str:
        found = self._databases.value(
            "support",
            'select task from task where kind = $1 and "case" = $2 order by opened_at desc limit 1',
            kind,
            self.case_of(person)["case"],
        )
        assert found is not None, f"no task {kind} for {person.name}"
        return str(found)

    def is_about(self, message_id: str, regarding: str) -> bool:
        return bool(
            self._databases.rows(
                "outreach",
                "select 1 from message m join request r on r.approach = m.approach"
                " where m.message_id = $1 and r.regarding = $2",
                message_id,
                regarding,
            )
        )
