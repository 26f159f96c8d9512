"""Word lists that come from the contract of `aftercare.staff`; a test holds them together."""

ROLE_GROUPS = (
    "nurse",
    "midwife",
    "doctor",
    "pharmacist",
    "therapist",
    "technician",
    "paramedic",
    "student",
    "resident",
    "administration",
    "facilities",
    "other",
)
CHANNELS = ("email", "sms", "push", "call")
