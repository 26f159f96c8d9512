"""Reads delivery reports (RFC 3464) as mail servers really write them: tolerant, bounded, and never quoting them."""

import re
from collections.abc import Iterator
from email import policy
from email.errors import MessageError
from email.message import EmailMessage, Message
from email.parser import BytesParser

from aftercare.outreach.domain.delivery import Action
from aftercare.outreach.service_layer.receiving import DeliveryReport

LONGEST_REPORT = 512 * 1024
_MOST_PARTS = 50
_RETURN_PATH = re.compile(r"\bb-([0-9a-f]{32})@", re.IGNORECASE)
_STATUS = re.compile(r"\b([245])\.\d{1,3}\.\d{1,3}\b")
_RECIPIENT_HEADERS = ("X-Original-To", "Delivered-To", "To", "Original-Envelope-Id")


def read_report(raw: bytes, envelope_recipient: str | None = None) -> DeliveryReport | None:
    """What the report says; `None` when it is none, names no message of ours, or says nothing about delivery.

    `envelope_recipient` is where the mail server took it in, the surest place of our token.
    """
    try:
        mail = BytesParser(policy=policy.compat32).parsebytes(raw[:LONGEST_REPORT])
        parts = _parts(mail)
        token = _token(mail, parts, envelope_recipient)
        groups = [group for part in parts for group in _recipient_groups(part)]
    except (MessageError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None
    actions = [(action, _class_of(group)) for group in groups if (action := _action_of(group))]
    if token is None or not actions:
        return None
    action, status_class = min(actions, key=lambda one: _GRAVITY[one[0]])
    return DeliveryReport(token, action, status_class)


_GRAVITY = {Action.FAILED: 0, Action.DELIVERED: 1, Action.RELAYED: 2, Action.EXPANDED: 3, Action.DELAYED: 4}
"""Should a report speak of several recipients (ours have one), the gravest word counts."""


def _parts(mail: Message) -> list[Message]:
    parts: list[Message] = []
    for part in mail.walk():
        parts.append(part)
        if len(parts) == _MOST_PARTS:
            break
    return parts


def _token(mail: Message, parts: list[Message], envelope_recipient: str | None) -> str | None:
    """Our opaque token: where the report was sent to, else what it says about the message that it is about."""
    places = [envelope_recipient or "", *(str(mail.get(name, "")) for name in _RECIPIENT_HEADERS)]
    for part in parts:
        if part.get_content_type() == "message/delivery-status":
            places += [str(group.get("Original-Envelope-Id", "")) for group in _groups(part)]
        else:
            places += [str(part.get("Return-Path", ""))]
    found = (match.group(1).lower() for place in places if (match := _RETURN_PATH.search(place)))
    return next(found, None)


def _recipient_groups(part: Message) -> Iterator[Message]:
    if part.get_content_type() == "message/delivery-status":
        yield from (group for group in _groups(part) if "action" in group)


def _groups(part: Message) -> list[Message]:
    """The blocks of fields of a `message/delivery-status`; a server that forgot the type's rules sent text."""
    payload = part.get_payload()
    if isinstance(payload, list):
        return [group for group in payload if isinstance(group, Message)]
    blocks = re.split(r"\r?\n\s*\r?\n", str(payload))
    return [_fields(block) for block in blocks if block.strip()]


def _fields(block: str) -> Message:
    fields = EmailMessage(policy=policy.compat32)
    for line in block.splitlines():
        name, colon, value = line.partition(":")
        if colon and name.strip().replace("-", "").isalnum():
            fields[name.strip()] = value.strip()
    return fields


def _action_of(group: Message) -> Action | None:
    word = str(group.get("Action", "")).strip().lower().partition(" ")[0]
    return Action(word) if word in set(Action) else None


def _class_of(group: Message) -> int | None:
    match = _STATUS.search(str(group.get("Status", "")))
    return int(match.group(1)) if match else None
