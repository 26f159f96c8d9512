"""Profiles that give an element another meaning, told by the address that a resource states."""

from aftercare.intake.domain.json_values import JsonObject, items, obj, text

_DETECTED_IS_THE_END = ("/fr-adverse-event-document",)
"""France's document profile puts the end of the event where others put its discovery (`interop.md` 2.2)."""


def stated_profiles(resource: JsonObject) -> list[str]:
    """The addresses in `meta.profile`, without their versions."""
    found = (text(one) for one in items(obj(resource.get("meta")).get("profile")))
    return [one.split("|", 1)[0].rstrip("/") for one in found if one is not None]


def detected_is_the_end(event: JsonObject) -> bool:
    return any(profile.casefold().endswith(_DETECTED_IS_THE_END) for profile in stated_profiles(event))
