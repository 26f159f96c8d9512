"""Who calls the directory over HTTP."""

from aftercare.kit.auth import Principal, Unauthenticated


class Doorman:
    """Takes `Bearer ROLE` for a caller with that role, `Bearer ROLE@SITE` for one of one site."""

    async def authenticated(self, header: str | None) -> Principal:
        if not header:
            raise Unauthenticated("no-token")
        role, _, site = header.removeprefix("Bearer ").partition("@")
        client = "outreach" if role == "contact-reader" else None
        sites = frozenset({site or "*"})
        return Principal(client or f"user-{role}", "https://login.example", frozenset({role}), sites, client)


def as_(role: str, **more: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {role}", **more}
