"""Names to tokens with real keys, and the same without any key of the installation for a dry run."""

import hashlib
import hmac
import json
from dataclasses import dataclass, field

from aftercare.intake.domain.facts import Named, NamedPatient
from aftercare.intake.domain.vocabulary import IdentifierKind
from aftercare.intake.service_layer.ports import PersonName
from aftercare.kit.ids import derived_reference, new_reference
from aftercare.kit.privacy.identifiers import IdentifierKeyring, fhir_reference
from aftercare.kit.privacy.sealed import seal

_DERIVED = frozenset({"inv"})
"""References that must come out the same whenever the same thing is named again."""


@dataclass(frozen=True, slots=True)
class KeyedNaming:
    """`keyring` is shared with `directory`; `patient_key` is known here alone."""

    keyring: IdentifierKeyring = field(repr=False)
    patient_key: bytes = field(repr=False)
    directory_key: str = field(repr=False)
    """`directory`'s public key, a JWK as JSON."""
    dry: bool = False

    def person(self, named: Named) -> PersonName | None:
        system, value = _pair(named)
        try:
            first, *older = self.keyring.tokens(system, named.kind, value)
        except ValueError:
            return None
        return PersonName(first, tuple(older))

    def sealed(self, named: Named) -> str:
        system, value = _pair(named)
        return seal(self.directory_key, {"system": system, "kind": named.kind.value, "value": value})

    def patient(self, patient: NamedPatient) -> str:
        return f"pat_{self.key('patient', patient.system.rstrip('/'), patient.value)[:32]}"

    def relevant_person(self, incident: str, patient: str) -> str:
        return f"pat_{self.key('relevant-person', incident, patient)[:32]}"

    def key(self, label: str, *parts: str) -> str:
        content = json.dumps([label, *parts], separators=(",", ":")).encode()
        return hmac.new(self.patient_key, content, hashlib.sha256).hexdigest()

    def reference(self, prefix: str, *parts: str) -> str:
        if self.dry or prefix in _DERIVED:
            return derived_reference(prefix, *parts)
        return new_reference(prefix)


def _pair(named: Named) -> tuple[str, str]:
    """System and value as both sides write them: a FHIR reference is seen from the source's base."""
    if named.kind is IdentifierKind.REFERENCE:
        try:
            return fhir_reference(named.system, named.value)
        except ValueError:
            return named.system, named.value
    return named.system, named.value


def dry_naming() -> KeyedNaming:
    """Naming with keys that everybody knows: for a dry run, whose output must be stable and worth nothing."""
    public = hashlib.sha256(b"aftercare dry run: a key that everybody knows").digest()
    return KeyedNaming(IdentifierKeyring((("dry-run", public),)), public, "", dry=True)
