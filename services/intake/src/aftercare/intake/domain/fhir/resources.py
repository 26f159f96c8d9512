"""The resources of FHIR, of every release from STU3 to R6.

Only names in this list may stand in a reason: a `resourceType` is the sender's text like any other.
"""

from typing import Any

from aftercare.intake.domain.json_values import JsonObject, items, text

_NAMES = """
Account ActivityDefinition ActorDefinition AdministrableProductDefinition AdverseEvent AllergyIntolerance Appointment
AppointmentResponse ArtifactAssessment AuditEvent Basic Binary BiologicallyDerivedProduct
BiologicallyDerivedProductDispense BodySite BodyStructure Bundle CapabilityStatement CarePlan CareTeam CatalogEntry
ChargeItem ChargeItemDefinition Citation Claim ClaimResponse ClinicalAssessment ClinicalImpression
ClinicalUseDefinition CodeSystem Communication CommunicationRequest CompartmentDefinition Composition ConceptMap
Condition ConditionDefinition Consent Contract Coverage CoverageEligibilityRequest CoverageEligibilityResponse
DataElement DetectedIssue Device DeviceAlert DeviceAssociation DeviceComponent DeviceDefinition DeviceDispense
DeviceMetric DeviceRequest DeviceUsage DeviceUseStatement DiagnosticReport DocumentManifest DocumentReference
EffectEvidenceSynthesis EligibilityRequest EligibilityResponse Encounter EncounterHistory Endpoint EnrollmentRequest
EnrollmentResponse EpisodeOfCare EventDefinition Evidence EvidenceReport EvidenceVariable ExampleScenario
ExpansionProfile ExplanationOfBenefit FamilyMemberHistory Flag FormularyItem GenomicStudy Goal GraphDefinition Group
GuidanceResponse HealthcareService ImagingManifest ImagingSelection ImagingStudy Immunization ImmunizationEvaluation
ImmunizationRecommendation ImplementationGuide Ingredient InsurancePlan InsuranceProduct InventoryItem
InventoryReport Invoice Library Linkage List Location ManufacturedItemDefinition Measure MeasureReport Media
Medication MedicationAdministration MedicationDispense MedicationKnowledge MedicationRequest MedicationStatement
MedicinalProduct MedicinalProductAuthorization MedicinalProductContraindication MedicinalProductDefinition
MedicinalProductIndication MedicinalProductIngredient MedicinalProductInteraction MedicinalProductManufactured
MedicinalProductPackaged MedicinalProductPharmaceutical MedicinalProductUndesirableEffect MessageDefinition
MessageHeader MolecularDefinition MolecularSequence NamingSystem NutritionIntake NutritionOrder NutritionProduct
Observation ObservationDefinition OperationDefinition OperationOutcome Organization OrganizationAffiliation
PackagedProductDefinition Parameters Patient PaymentNotice PaymentReconciliation Permission Person
PersonalRelationship PlanDefinition Practitioner PractitionerRole Procedure ProcedureRequest ProcessRequest
ProcessResponse Provenance Questionnaire QuestionnaireResponse ReferralRequest RegulatedAuthorization RelatedPerson
RequestGroup RequestOrchestration Requirements ResearchDefinition ResearchElementDefinition ResearchStudy
ResearchSubject RiskAssessment RiskEvidenceSynthesis Schedule SearchParameter Sequence ServiceDefinition
ServiceRequest Slot Specimen SpecimenDefinition StructureDefinition StructureMap Subscription SubscriptionStatus
SubscriptionTopic Substance SubstanceDefinition SubstanceNucleicAcid SubstancePolymer SubstanceProtein
SubstanceReferenceInformation SubstanceSourceMaterial SubstanceSpecification SupplyDelivery SupplyRequest Task
TerminologyCapabilities TestPlan TestReport TestScript Transport ValueSet VerificationResult VisionPrescription
"""
_KNOWN = {name.casefold(): name for name in _NAMES.split()}


def type_of(resource: JsonObject) -> str | None:
    """The resource's type as FHIR writes it, whatever case its sender used; a word of the sender's own as it is."""
    return written_type(resource.get("resourceType"))


def written_type(kind: object) -> str | None:
    """The same of a name that stands alone."""
    words = text(kind)
    return _KNOWN.get(words.casefold(), words) if words is not None else None


def is_known(kind: object) -> bool:
    """Whether this is the name of a FHIR resource, and not a word of the sender's own."""
    return isinstance(kind, str) and _KNOWN.get(kind.casefold()) == kind


def holds_a_resource(value: Any, depth: int = 4) -> bool:
    """Whether FHIR lies in an envelope that nobody knows: looked for a few layers deep, at the first of each list."""
    if isinstance(value, dict):
        if is_known(type_of(value)):
            return True
        inside = list(value.values())[:50]
    else:
        inside = list(items(value)[:1]) if isinstance(value, list) else []
    return depth > 0 and any(holds_a_resource(one, depth - 1) for one in inside)


def describe_resource(kind: object) -> str:
    """The resource in words that may stand in a reason."""
    if not isinstance(kind, str):
        return "a resource without a type"
    return f"a FHIR {kind}" if is_known(kind) else "a resource whose type FHIR does not have"


def list_resources(kinds: list[str | None]) -> str:
    """The known resource types among `kinds`, at most five, for a reason."""
    known = sorted({kind for kind in kinds if kind is not None and is_known(kind)})
    return ", ".join(known[:5]) or "nothing that we know"
