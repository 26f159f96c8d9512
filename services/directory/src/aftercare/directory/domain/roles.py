"""Job titles to role groups. Coarse on purpose: a rare title is a name."""

from collections.abc import Mapping
from enum import StrEnum

from aftercare.directory.domain.text import comparable


class RoleGroup(StrEnum):
    """Same words as the contracts; a test holds them together."""

    NURSE = "nurse"
    MIDWIFE = "midwife"
    DOCTOR = "doctor"
    PHARMACIST = "pharmacist"
    THERAPIST = "therapist"
    TECHNICIAN = "technician"
    PARAMEDIC = "paramedic"
    STUDENT = "student"
    RESIDENT = "resident"
    ADMINISTRATION = "administration"
    FACILITIES = "facilities"
    OTHER = "other"


TITLES: Mapping[RoleGroup, tuple[str, ...]] = {
    RoleGroup.NURSE: (
        "nurse", "registered nurse", "rn", "lpn", "nursing", "healthcare assistant", "pflege", "pflegefachkraft",
        "pflegefachfrau", "pflegefachmann", "krankenschwester", "krankenpfleger", "gesundheits und krankenpfleger",
        "gesundheits und krankenpflegerin", "enfermera", "enfermero", "infirmier", "infirmiere",
    ),
    RoleGroup.MIDWIFE: ("midwife", "hebamme", "entbindungspfleger", "matrona", "sage femme"),
    RoleGroup.DOCTOR: (
        "doctor", "physician", "consultant", "surgeon", "anaesthetist", "anesthesiologist", "attending", "md",
        "oberarzt", "oberarztin", "facharzt", "facharztin", "chefarzt", "chefarztin", "arzt", "arztin", "medico",
        "medica", "medecin",
    ),
    RoleGroup.PHARMACIST: ("pharmacist", "apotheker", "apothekerin", "farmaceutico", "pharmacien"),
    RoleGroup.THERAPIST: (
        "therapist", "physiotherapist", "occupational therapist", "psychologist", "dietitian", "physiotherapeut",
        "physiotherapeutin", "ergotherapeut", "ergotherapeutin", "logopade", "logopadin", "psychologe", "psychologin",
    ),
    RoleGroup.TECHNICIAN: (
        "technician", "pharmacy technician", "technologist", "radiographer", "laboratory", "mta", "mtra", "mtla", "ota",
        "perfusionist", "biomedical engineer",
    ),
    RoleGroup.PARAMEDIC: ("paramedic", "emt", "ambulance", "notfallsanitater", "notfallsanitaterin"),
    RoleGroup.STUDENT: (
        "student", "student nurse", "medical student", "student midwife", "trainee", "auszubildende", "auszubildender",
        "pj student", "famulant", "famulantin", "apprentice",
    ),
    RoleGroup.RESIDENT: (
        "resident", "resident physician", "resident doctor", "registrar", "junior doctor", "house officer",
        "foundation doctor", "fellow", "assistenzarzt", "assistenzarztin", "intern",
    ),
    RoleGroup.ADMINISTRATION: (
        "administration", "administrator", "manager", "secretary", "clerk", "receptionist", "verwaltung", "coordinator",
        "koordinator", "koordinatorin",
    ),
    RoleGroup.FACILITIES: (
        "facilities", "porter", "cleaner", "housekeeping", "catering", "security", "transport", "reinigung",
        "hausdienst", "haustechnik",
    ),
}  # fmt: skip


class RoleTable:
    """Finds the group of a title: the longest known words in it decide, so a *student nurse* is a student."""

    def __init__(self, extra: Mapping[str, str] | None = None) -> None:
        """`extra` maps titles to group names and wins over the shipped table. Raises `ValueError` on a wrong group."""
        table = {comparable(title): group for group, titles in TITLES.items() for title in titles}
        table.update({comparable(title): RoleGroup(group) for title, group in (extra or {}).items()})
        self._table = table
        self._seen: dict[str, RoleGroup | None] = {}

    def group(self, title: str) -> RoleGroup | None:
        """The group, or `None` for a title that the table does not know."""
        if title not in self._seen:
            self._seen[title] = self._find(comparable(title))
        return self._seen[title]

    def _find(self, title: str) -> RoleGroup | None:
        if title in self._table:
            return self._table[title]
        if title in set(RoleGroup):
            return RoleGroup(title)
        words = title.split()
        runs = (" ".join(words[start:stop]) for start in range(len(words)) for stop in range(start + 1, len(words) + 1))
        known = [run for run in runs if run in self._table]
        return self._table[max(known, key=len)] if known else None
