"""Incidents under load: how many, about whom, how often each is sent again."""

import random
from dataclasses import dataclass, field

from aftercare_local.world.hospital import Incident
from aftercare_local.world.people import Person
from aftercare_local.world.world import World


@dataclass
class Load:
    """What was sent, so that it can be counted afterwards. The same seed sends the same."""

    world: World
    staff: list[Person]
    seed: int
    incidents: list[Incident] = field(default_factory=list)
    sent: int = 0

    def __post_init__(self) -> None:
        self._dice = random.Random(self.seed)

    def send(self, how_many: int) -> None:
        """So many new incidents, each naming one to three people; one in ten is sent twice."""
        for _ in range(how_many):
            involved = self._dice.sample(self.staff, self._dice.randint(1, 3))
            number = self.world.a_new_incident_number()
            incident = Incident(number, involved, "severe", self.world.clock.now())
            self.incidents.append(incident)
            for _copy in range(2 if self._dice.random() < 0.1 else 1):
                self.world.hospital.file(incident, over="kafka")
                self.sent += 1

    @property
    def involvements(self) -> int:
        """Pairs of incident and person: each is one obligation."""
        return sum(len(incident.involved) for incident in self.incidents)

    @property
    def people(self) -> set[str]:
        return {person.number for incident in self.incidents for person in incident.involved}
