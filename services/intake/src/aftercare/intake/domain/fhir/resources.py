"""The FHIR resources that we know by name.

Only names in these lists may stand in a reason: a `resourceType` is the sender's text like any other.
"""

_KNOWN = frozenset(
    {
        "Account",
        "AdverseEvent",
        "AllergyIntolerance",
        "Appointment",
        "AuditEvent",
        "Basic",
        "Binary",
        "CarePlan",
        "CareTeam",
        "Communication",
        "CommunicationRequest",
        "Condition",
        "Consent",
        "Coverage",
        "DetectedIssue",
        "Device",
        "DiagnosticReport",
        "DocumentReference",
        "Encounter",
        "EpisodeOfCare",
        "Flag",
        "Group",
        "HealthcareService",
        "Immunization",
        "Library",
        "List",
        "Location",
        "Measure",
        "Media",
        "Medication",
        "MedicationAdministration",
        "MedicationRequest",
        "MedicationStatement",
        "MessageHeader",
        "Observation",
        "OperationOutcome",
        "Organization",
        "Parameters",
        "Patient",
        "Person",
        "Practitioner",
        "PractitionerRole",
        "Procedure",
        "Provenance",
        "Questionnaire",
        "QuestionnaireResponse",
        "RelatedPerson",
        "ResearchStudy",
        "ResearchSubject",
        "RiskAssessment",
        "ServiceRequest",
        "Specimen",
        "StructureDefinition",
        "Subscription",
        "SubscriptionStatus",
        "Substance",
        "Task",
        "ValueSet",
    }
)


def is_known(kind: str) -> bool:
    """Whether this is the name of a FHIR resource, and not a word of the sender's own."""
    return kind in _KNOWN


def describe_resource(kind: object) -> str:
    """The resource in words that may stand in a reason."""
    if not isinstance(kind, str):
        return "a resource without a type"
    if kind in _KNOWN:
        return f"a FHIR {kind}"
    return "a FHIR resource of another type"


def list_resources(kinds: list[object]) -> str:
    """The known resource types among `kinds`, at most five, for a reason."""
    known = sorted({kind for kind in kinds if isinstance(kind, str) and kind in _KNOWN})
    return ", ".join(known[:5]) or "nothing that we know"
