"""Only a token that the issuer signed, for us, now, lets anybody in; what was wrong with another stays our secret."""

import asyncio
import base64
import hashlib
import hmac
import json
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

from aftercare.kit.auth import Authenticator, Unauthenticated
from aftercare.kit.auth.jwks import VerificationKeys
from aftercare.kit.clock import FixedClock
from aftercare.kit.settings import ServiceSettings, SettingsError

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
RSA = RSAKey.generate_key(2048, {"kid": "rsa", "use": "sig"})
EC = ECKey.generate_key("P-256", {"kid": "ec", "use": "sig"})
ED = OKPKey.generate_key("Ed25519", {"kid": "ed", "use": "sig"})
STRANGER = RSAKey.generate_key(2048, {"kid": "rsa", "use": "sig"})
PUBLIC = dict(KeySet([RSA, EC, ED]).as_dict(private=False))


def settings(**more: Any) -> ServiceSettings:
    given = {"token_issuer": "https://idp", "token_audience": "event-side", "token_jwks": "file:/none", **more}
    return ServiceSettings(database_url="postgresql://u@h/d", kafka_bootstrap="h:1", **given)


def authenticator(keys: VerificationKeys | None = None) -> Authenticator:
    keys = keys or VerificationKeys("file:/none", fetch=lambda: PUBLIC)
    return Authenticator(settings(), keys=keys, wall=FixedClock(NOW))


def claims(**more: Any) -> dict[str, Any]:
    full = {
        "iss": "https://idp",
        "aud": "event-side",
        "sub": "user-1",
        "exp": int((NOW + timedelta(minutes=5)).timestamp()),
        "roles": ["manager"],
        "sites": ["north"],
        "azp": "console",
        **more,
    }
    return {name: value for name, value in full.items() if value is not None}


def bearer(key: Any = RSA, alg: str = "RS256", kid: str | None = None, **more: Any) -> str:
    header = {"alg": alg, "kid": kid or key.kid}
    return "Bearer " + jwt.encode(header, claims(**more), key, algorithms=[alg])


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
@pytest.mark.parametrize(("key", "alg"), [(RSA, "RS256"), (EC, "ES256"), (ED, "EdDSA"), (ED, "Ed25519")])
def test_a_good_token_says_who_calls(key: Any, alg: str) -> None:
    caller = authenticator().authenticate(bearer(key, alg))
    assert (caller.subject, caller.issuer, caller.client_id) == ("user-1", "https://idp", "console")
    assert caller.roles == {"manager"}
    assert caller.sites == {"north"}


def test_a_caller_never_shows_their_subject_in_a_log() -> None:
    assert "user-1" not in repr(authenticator().authenticate(bearer()))


def test_roles_are_read_where_keycloak_puts_them_and_as_words() -> None:
    nested = bearer(roles=None, realm_access={"roles": ["a", "b"]})
    assert authenticator().authenticate(nested).roles == {"a", "b"}
    assert authenticator().authenticate(bearer(roles="c d")).roles == {"c", "d"}


def test_a_token_without_roles_has_none() -> None:
    caller = authenticator().authenticate(bearer(roles=None, sites=None, realm_access="odd"))
    assert (caller.roles, caller.sites) == (frozenset(), frozenset())


def part(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def unsigned_part(alg: str) -> str:
    return f"{part(json.dumps({'alg': alg, 'kid': 'rsa'}).encode())}.{part(json.dumps(claims()).encode())}"


def hmac_with_the_public_key() -> str:
    content = unsigned_part("HS256")
    mac = hmac.new(RSA.as_pem(private=False), content.encode(), hashlib.sha256).digest()
    return f"Bearer {content}.{part(mac)}"


def at(delta: timedelta) -> int:
    return int((NOW + delta).timestamp())


REFUSED = {
    "no header": None,
    "another scheme": "Basic dXNlcjpwYXNz",
    "nothing after the scheme": "Bearer ",
    "not a token": "Bearer abc",
    "three parts of nonsense": "Bearer a.b.c",
    "unsigned (alg none)": f"Bearer {unsigned_part('none')}.",
    "HMAC with the public key": hmac_with_the_public_key(),
    "signed by a stranger": bearer(STRANGER),
    "another audience": bearer(aud="support-side"),
    "no audience": bearer(aud=None),
    "another issuer": bearer(iss="https://evil"),
    "no issuer": bearer(iss=None),
    "expired beyond the skew": bearer(exp=at(timedelta(seconds=-61))),
    "no end": bearer(exp=None),
    "not yet valid": bearer(nbf=at(timedelta(seconds=61))),
    "nobody": bearer(sub=None),
    "an algorithm that is not allowed": bearer(RSA, "RS512"),
    "a key that nobody knows": bearer(kid="other"),
    "far too long": "Bearer " + "a" * 20_000,
}


@pytest.mark.parametrize("header", REFUSED.values(), ids=REFUSED.keys())
def test_refused(header: str | None) -> None:
    with pytest.raises(Unauthenticated) as refused:
        authenticator().authenticate(header)
    assert "user-1" not in str(refused.value)


def test_clocks_may_differ_by_a_minute() -> None:
    for header in (bearer(exp=at(timedelta(seconds=-59))), bearer(nbf=at(timedelta(seconds=59)))):
        assert authenticator().authenticate(header).subject == "user-1"


def test_several_audiences_are_fine_when_ours_is_among_them() -> None:
    assert authenticator().authenticate(bearer(aud=["other", "event-side"])).subject == "user-1"


class Issuer:
    """An issuer that counts how often its keys are asked for."""

    def __init__(self) -> None:
        self.asked = 0
        self.keys: list[Any] = [RSA]
        self.down = False

    def fetch(self) -> dict[str, Any]:
        self.asked += 1
        if self.down:
            raise OSError
        return dict(KeySet(self.keys).as_dict(private=False))


def test_keys_are_fetched_once_and_again_for_a_new_key_but_not_for_every_made_up_one() -> None:
    issuer, at_second = Issuer(), [0.0]
    guard = authenticator(VerificationKeys("file:/x", fetch=issuer.fetch, seconds=lambda: at_second[0]))
    for _ in range(5):
        guard.authenticate(bearer())
    assert issuer.asked == 1
    at_second[0], issuer.keys = 60.0, [RSA, EC]
    assert guard.authenticate(bearer(EC, "ES256")).subject == "user-1"
    assert issuer.asked == 2
    for _ in range(5):
        with pytest.raises(Unauthenticated):
            guard.authenticate(bearer(kid="made-up"))
    assert issuer.asked == 2


def test_who_holds_a_valid_token_is_not_locked_out_by_an_outage_of_the_issuer() -> None:
    issuer, at_second = Issuer(), [0.0]
    guard = authenticator(VerificationKeys("file:/x", fetch=issuer.fetch, seconds=lambda: at_second[0]))
    guard.authenticate(bearer())
    at_second[0], issuer.down = 10_000.0, True
    assert guard.authenticate(bearer()).subject == "user-1"
    assert issuer.asked == 2


async def test_a_key_that_the_issuer_took_back_opens_nothing_after_ten_minutes() -> None:
    issuer, at_second = Issuer(), [0.0]
    issuer.keys = [RSA, EC]
    guard = authenticator(VerificationKeys("file:/x", fetch=issuer.fetch, seconds=lambda: at_second[0]))
    assert (await guard.authenticated(bearer())).subject == "user-1"
    at_second[0], issuer.keys = 601.0, [EC]
    with pytest.raises(Unauthenticated):
        await guard.authenticated(bearer())
    assert (await guard.authenticated(bearer(EC, "ES256"))).subject == "user-1"


async def test_an_outage_of_the_issuer_costs_one_request_in_ten_seconds_and_no_caller() -> None:
    issuer, at_second = Issuer(), [0.0]
    guard = authenticator(VerificationKeys("file:/x", fetch=issuer.fetch, seconds=lambda: at_second[0]))
    await guard.authenticated(bearer())
    at_second[0], issuer.down = 601.0, True
    for _ in range(5):
        assert (await guard.authenticated(bearer())).subject == "user-1"
    assert issuer.asked == 2


def test_without_any_keys_everybody_is_refused() -> None:
    issuer = Issuer()
    issuer.down = True
    with pytest.raises(Unauthenticated, match="keys-unavailable"):
        authenticator(VerificationKeys("file:/x", fetch=issuer.fetch)).authenticate(bearer())


async def test_in_the_event_loop_keys_are_fetched_beside_it() -> None:
    threads: list[int] = []

    def fetch() -> dict[str, Any]:
        threads.append(threading.get_ident())
        return PUBLIC

    guard = authenticator(VerificationKeys("file:/x", fetch=fetch))
    callers = await asyncio.gather(*(guard.authenticated(bearer()) for _ in range(3)))
    assert {caller.subject for caller in callers} == {"user-1"}
    assert threads
    assert threading.get_ident() not in threads


def test_keys_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text(json.dumps(PUBLIC))
    guard = Authenticator(settings(token_jwks=f"file:{tmp_path}/keys.json"), wall=FixedClock(NOW))
    assert guard.authenticate(bearer()).subject == "user-1"


class _Keys(BaseHTTPRequestHandler):
    answer: ClassVar[tuple[int, bytes]] = (200, json.dumps(PUBLIC).encode())

    def do_GET(self) -> None:
        self.send_response(self.answer[0])
        self.end_headers()
        self.wfile.write(self.answer[1])

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@pytest.mark.parametrize(("status", "body", "in_"), [(200, None, True), (500, b"{}", False), (200, b"<html>", False)])
def test_keys_come_over_http_and_a_broken_answer_lets_nobody_in(status: int, body: bytes | None, in_: bool) -> None:
    handler = type("Handler", (_Keys,), {"answer": (status, body if body is not None else _Keys.answer[1])})
    server = HTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        url = f"http://127.0.0.1:{server.server_port}/jwks"
        guard = Authenticator(settings(token_jwks=url), wall=FixedClock(NOW))
        if in_:
            assert guard.authenticate(bearer()).subject == "user-1"
        else:
            with pytest.raises(Unauthenticated):
                guard.authenticate(bearer())
    finally:
        server.shutdown()
        server.server_close()


def test_what_is_not_set_is_said_by_its_variable() -> None:
    with pytest.raises(SettingsError, match="AFTERCARE_TOKEN_ISSUER is not set"):
        Authenticator(settings(token_issuer=None))
