"""The issuer as a process: `python -m aftercare_local.issuer CONFIG.json`. Loopback only."""

import base64
import binascii
import hmac
import sys
from pathlib import Path
from urllib.parse import unquote_plus

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from aftercare_local.issuer.config import Client, IssuerConfig
from aftercare_local.issuer.tokens import Claims, Mint
from aftercare_local.ports import HOST

_SECONDS = 900


class Issuer:
    """Keys, discovery and the token endpoint."""

    def __init__(self, config: IssuerConfig) -> None:
        self._config = config
        self._mint = Mint.open(config.issuer, config.key)
        self._clients = {client.id: client for client in config.clients}

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._discovery),
                Route("/jwks", self._keys),
                Route("/token", self._token, methods=["POST"]),
                Route("/healthz", self._healthy),
            ]
        )

    async def _discovery(self, _request: Request) -> Response:
        issuer = self._config.issuer
        return JSONResponse(
            {
                "issuer": issuer,
                "jwks_uri": f"{issuer}/jwks",
                "token_endpoint": f"{issuer}/token",
                "grant_types_supported": ["client_credentials"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            }
        )

    async def _keys(self, _request: Request) -> Response:
        return JSONResponse(self._mint.public_keys())

    async def _healthy(self, _request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def _token(self, request: Request) -> Response:
        form = {name: str(value) for name, value in (await request.form()).items()}
        client = self._client(request, form)
        if client is None:
            return JSONResponse({"error": "invalid_client"}, 401, {"WWW-Authenticate": "Basic"})
        if form.get("grant_type") != "client_credentials":
            return JSONResponse({"error": "unsupported_grant_type"}, 400)
        if form.get("audience", client.audience) != client.audience:
            return JSONResponse({"error": "invalid_target"}, 400)
        claims = Claims(f"client:{client.id}", client.audience, client.roles, client.sites, client.id)
        token = self._mint.token(claims, seconds=_SECONDS)
        return JSONResponse(
            {"access_token": token, "token_type": "Bearer", "expires_in": _SECONDS},
            headers={"Cache-Control": "no-store"},
        )

    def _client(self, request: Request, form: dict[str, str]) -> Client | None:
        identity, secret = _basic(request.headers.get("authorization", "")) or (
            form.get("client_id", ""),
            form.get("client_secret", ""),
        )
        client = self._clients.get(identity)
        if client is None or not hmac.compare_digest(client.secret.encode(), secret.encode()):
            return None
        return client


def _basic(header: str) -> tuple[str, str] | None:
    """Id and secret of HTTP Basic, form-encoded inside as RFC 6749 2.3.1 wants it."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        identity, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return unquote_plus(identity), unquote_plus(secret)


if __name__ == "__main__":
    settings = IssuerConfig.model_validate_json(Path(sys.argv[1]).read_text())
    uvicorn.run(Issuer(settings).app(), host=HOST, port=settings.port, log_level="warning", access_log=False)
