"""Contacts over HTTP: what each answer of `directory` means."""

from collections.abc import Mapping

import httpx
import pytest

from aftercare.kit.outcome import Retryable
from aftercare.outreach.adapters.directory_client import DirectoryContacts
from aftercare.outreach.domain.vocabulary import Channel
from aftercare.outreach.service_layer.ports import ContactGone, TryLater

PERSON = "per_" + "0" * 32
BODY = {
    "person": PERSON,
    "name": "Robin Example",
    "language": "de",
    "zone": "Europe/Berlin",
    "channels": [
        {"kind": "sms", "address": "+491", "preferred_order": 2},
        {"kind": "email", "address": "robin@staff.example", "preferred_order": 1},
        {"kind": "pigeon", "address": "roof", "preferred_order": 0},
    ],
}


class Directory:
    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.headers: list[httpx.Headers] = []
        self.forgotten = 0

    def handle(self, request: httpx.Request) -> httpx.Response:
        self.headers.append(request.headers)
        assert request.url.path == f"/contacts/{PERSON}"
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def forget(self) -> None:
        self.forgotten += 1

    def contacts(self) -> DirectoryContacts:
        async def authorize() -> Mapping[str, str]:
            return {"Authorization": "Bearer t"}

        client = httpx.AsyncClient(transport=httpx.MockTransport(self.handle))
        return DirectoryContacts("http://directory", authorize, self.forget, client)


async def test_a_contact_is_read_in_the_persons_own_order() -> None:
    directory = Directory(httpx.Response(200, json=BODY))
    contact = await directory.contacts().resolve(PERSON)
    assert contact.channels == (Channel.EMAIL, Channel.SMS)
    assert contact.address(Channel.EMAIL) == "robin@staff.example"
    assert directory.headers[0]["authorization"] == "Bearer t"
    assert "robin" not in repr(contact).lower()


async def test_directory_is_told_whether_it_is_for_a_message_or_for_a_humans_eyes() -> None:
    directory = Directory(httpx.Response(200, json=BODY), httpx.Response(200, json=BODY))
    await directory.contacts().resolve(PERSON)
    await directory.contacts().resolve(PERSON, for_card=True)
    assert [sent["x-purpose"] for sent in directory.headers] == ["delivery", "contact-card"]


@pytest.mark.parametrize("status", [404, 410])
async def test_no_contact_is_final(status: int) -> None:
    with pytest.raises(ContactGone):
        await Directory(httpx.Response(status)).contacts().resolve(PERSON)


@pytest.mark.parametrize("status", [400, 401, 403, 429, 500, 503])
async def test_anything_else_is_tried_again(status: int) -> None:
    directory = Directory(httpx.Response(status))
    with pytest.raises(TryLater):
        await directory.contacts().resolve(PERSON)
    assert directory.forgotten == (1 if status == 401 else 0)


@pytest.mark.parametrize(
    "answer", [httpx.ConnectError("x"), httpx.Response(200, text="<html>"), httpx.Response(200, json={"channels": [1]})]
)
async def test_an_outage_names_nobody(answer: httpx.Response | Exception) -> None:
    with pytest.raises(TryLater) as later:
        await Directory(answer).contacts().resolve(PERSON)
    assert PERSON not in str(later.value)


async def test_an_issuer_that_is_down_is_waited_for() -> None:
    async def authorize() -> Mapping[str, str]:
        raise Retryable("token endpoint")

    with pytest.raises(TryLater):
        await DirectoryContacts("http://directory", authorize, lambda: None).resolve(PERSON)
