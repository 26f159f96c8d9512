"""The wired service, as `api` and `stream` use it."""

from dataclasses import dataclass

from aftercare.kit.store.transaction import UnitOfWork
from aftercare.outreach.service_layer.answering import Answering
from aftercare.outreach.service_layer.climbing import Climbing
from aftercare.outreach.service_layer.policy import Policy
from aftercare.outreach.service_layer.ports import Contacts
from aftercare.outreach.service_layer.receiving import Receiving
from aftercare.outreach.service_layer.requesting import Requesting
from aftercare.outreach.service_layer.sending import Sender
from aftercare.outreach.words.rendering import Templates


@dataclass(frozen=True, slots=True, repr=False)
class Outreach:
    """Use cases and ports."""

    unit_of_work: UnitOfWork
    policy: Policy
    climbing: Climbing
    requesting: Requesting
    answering: Answering
    receiving: Receiving
    contacts: Contacts
    sender: Sender
    templates: Templates
    base_path: str
    worklist_url: str | None
    receipt_token: str
