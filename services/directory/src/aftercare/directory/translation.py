"""Between the contracts and the directory's own words."""

from datetime import datetime

from aftercare.directory.domain.people import Description
from aftercare.schemas.identity import IdentityAnsweredV1, IdentityOutcome
from aftercare.schemas.staff import ChannelKind, RoleGroup, StaffDescribedV1, StaffRemovedV1


def described(description: Description, revision: int, at: datetime) -> StaffDescribedV1:
    """The snapshot that goes out. Raises `ValidationError` for a code that the contract does not allow."""
    return StaffDescribedV1(
        person=description.person,
        revision=revision,
        identifiers=description.identifiers,
        logins=description.logins,
        role_group=RoleGroup(description.role_group),
        site=description.site,
        unit=description.unit,
        manager=description.manager,
        zone=description.zone,
        languages=description.languages,
        channels=tuple(ChannelKind(kind) for kind in description.channels),
        merged_from=description.merged_from,
        described=at,
    )


def removed(person: str) -> StaffRemovedV1:
    return StaffRemovedV1(person=person)


def answered(identifier_token: str, outcome: str, at: datetime) -> IdentityAnsweredV1:
    return IdentityAnsweredV1(person=identifier_token, outcome=IdentityOutcome(outcome), answered=at)
