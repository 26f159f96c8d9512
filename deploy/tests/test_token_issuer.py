"""The sign-in of demo and tests: its tokens pass the services' own checks, and only where they should."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from aftercare_local.failures import StackError
from aftercare_local.leftovers import record_run
from aftercare_local.token_issuer import TokenIssuer, running_issuer
from aftercare_local.watchdog import Watchdog

from aftercare.kit.auth import Authenticator, Unauthenticated
from aftercare.kit.auth.service_token import ServiceToken
from aftercare.kit.settings import ServiceSettings

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory, watchdog: Watchdog) -> Iterator[TokenIssuer]:
    started = TokenIssuer(tmp_path_factory.mktemp("runs") / "one", watchdog)
    started.start()
    yield started
    started.close()


@pytest.fixture
def settings_of(issuer: TokenIssuer, monkeypatch: pytest.MonkeyPatch):
    def read(service: str) -> ServiceSettings:
        monkeypatch.setenv("AFTERCARE_DATABASE_URL", "postgresql://nobody:x@127.0.0.1:1/none")
        monkeypatch.setenv("AFTERCARE_KAFKA_BOOTSTRAP", "127.0.0.1:1")
        for name, value in issuer.environment(service).items():
            monkeypatch.setenv(name, value)
        return ServiceSettings()

    return read


def test_person_is_known_with_roles_and_sites(issuer: TokenIssuer, settings_of) -> None:
    token = issuer.user_token("casey", "support", ["coordinator"], ["north"])
    caller = Authenticator(settings_of("support")).authenticate(f"Bearer {token}")
    assert (caller.subject, caller.issuer) == ("casey", issuer.issuer)
    assert caller.roles == {"coordinator"}
    assert caller.sites == {"north"}


@pytest.mark.parametrize("other", ["intake", "directory"])
def test_token_of_one_side_opens_nothing_on_another(issuer: TokenIssuer, settings_of, other: str) -> None:
    token = issuer.user_token("casey", "support", ["coordinator"])
    with pytest.raises(Unauthenticated):
        Authenticator(settings_of(other)).authenticate(f"Bearer {token}")


def test_token_that_ended_is_refused(issuer: TokenIssuer, settings_of) -> None:
    token = issuer.user_token("casey", "support", ["coordinator"], seconds=-3600)
    with pytest.raises(Unauthenticated):
        Authenticator(settings_of("support")).authenticate(f"Bearer {token}")


async def test_outreach_gets_a_token_for_directory_and_for_nothing_else(issuer: TokenIssuer, settings_of) -> None:
    header = await ServiceToken(settings_of("outreach")).header()
    caller = Authenticator(settings_of("directory")).authenticate(header["Authorization"])
    assert caller.roles == {"contact-reader"}
    assert caller.client_id == "outreach"
    with pytest.raises(Unauthenticated):
        Authenticator(settings_of("intake")).authenticate(header["Authorization"])


@pytest.mark.parametrize(
    ("form", "auth", "status", "error"),
    [
        ({"grant_type": "client_credentials"}, ("outreach", "guess"), 401, "invalid_client"),
        ({"grant_type": "client_credentials"}, ("stranger", "guess"), 401, "invalid_client"),
        ({"grant_type": "client_credentials"}, None, 401, "invalid_client"),
        ({"grant_type": "password"}, "right", 400, "unsupported_grant_type"),
        ({"grant_type": "client_credentials", "audience": "aftercare-event"}, "right", 400, "invalid_target"),
    ],
)
def test_token_endpoint_refuses(issuer: TokenIssuer, form: dict, auth, status: int, error: str) -> None:
    known = issuer.client_environment("outreach")
    if auth == "right":
        auth = (known["AFTERCARE_CLIENT_ID"], known["AFTERCARE_CLIENT_SECRET"])
    answer = httpx.post(known["AFTERCARE_TOKEN_URL"], data=form, auth=auth)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_published_keys_hold_no_private_part(issuer: TokenIssuer) -> None:
    [key] = httpx.get(f"{issuer.issuer}/jwks").json()["keys"]
    assert "d" not in key
    assert key["kty"] == "EC"


def test_restarted_issuer_signs_with_the_same_key(issuer: TokenIssuer, settings_of) -> None:
    token = issuer.user_token("casey", "support", ["coordinator"])
    issuer.child.kill()
    issuer.start()
    assert Authenticator(settings_of("support")).authenticate(f"Bearer {token}").subject == "casey"


def test_token_from_the_command_line_is_for_the_stack_that_runs(issuer: TokenIssuer, settings_of) -> None:
    folder = issuer._home.parent
    with pytest.raises(StackError, match="No stack runs here"):
        running_issuer(folder.parent)
    record_run(folder, "this-test", [])
    token = running_issuer(folder.parent).user_token("casey", "support", ["coordinator"])
    assert Authenticator(settings_of("support")).authenticate(f"Bearer {token}").has("coordinator")
    assert Path(folder / "issuer" / "key.json").stat().st_mode & 0o077 == 0
