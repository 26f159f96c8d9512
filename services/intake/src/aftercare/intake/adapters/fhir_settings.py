"""`fhir_server`, `hmpps_api` and `fhir_codes` in the file of sources, checked."""

from typing import Annotated

from pydantic import AnyHttpUrl, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from aftercare.intake.domain.fhir.settings import FhirCodes, FhirServer
from aftercare.intake.domain.vocabulary import FeedbackAudience, Flag, Milestone, RcaMethod

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
Code = Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, min_length=1, max_length=200)]
Variable = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{1,63}$")]


class FhirServerEntry(BaseModel):
    """A token from the environment, or client credentials; `base_url` of its source where it has none of its own."""

    model_config = ConfigDict(extra="forbid")

    base_url: AnyHttpUrl
    token_env: Variable | None = None
    token_url: AnyHttpUrl | None = None
    client_id: str | None = None
    client_secret_env: Variable | None = None
    scope: str | None = None
    timeout_seconds: float = Field(10.0, gt=0, le=60)
    per_second: float = Field(5.0, gt=0, le=100)
    ca_file: str | None = None

    @model_validator(mode="after")
    def _usable(self) -> "FhirServerEntry":
        for url in (self.base_url, self.token_url):
            if url is not None and url.scheme != "https" and url.host not in _LOOPBACK:
                raise ValueError("must begin with https: what is fetched tells of patients")
            if url is not None and (url.username or url.password or url.query or url.fragment):
                raise ValueError("must be a plain address: secrets belong into the environment")
        if self.token_env and self.token_url:
            raise ValueError("takes token_env or token_url, not both")
        if self.token_url and not (self.client_id and self.client_secret_env):
            raise ValueError("needs client_id and client_secret_env beside token_url")
        return self

    def read(self) -> FhirServer:
        return FhirServer(
            base_url=str(self.base_url),
            token_url=str(self.token_url) if self.token_url else None,
            **self.model_dump(exclude={"base_url", "token_url"}),
        )


class FhirCodesEntry(BaseModel):
    """What this source's codes mean, as `code: word`."""

    model_config = ConfigDict(extra="forbid")

    rca: dict[Code, RcaMethod] = {}
    interviews: tuple[Code, ...] = ()
    disclosure: dict[Code, Milestone] = {}
    feedback: dict[Code, FeedbackAudience] = {}
    flags: dict[Code, Flag] = {}

    def read(self) -> FhirCodes:
        return FhirCodes(self.rca, frozenset(self.interviews), self.disclosure, self.feedback, self.flags)
