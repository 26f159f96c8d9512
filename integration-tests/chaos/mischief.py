"""Ways to hurt a running stack. Each returns when the part is back."""

import random
from collections.abc import Callable, Mapping

from aftercare_local.environment import SERVICES
from aftercare_local.stack import Stack

PROCESSES = tuple(f"{service}-{role}" for service in SERVICES for role in ("api", "stream"))
MAILS_IN_FLIGHT = 8
"""Each of outreach's two processes sends at most four mails at once (`AFTERCARE_SENDERS`)."""


def kill_process(stack: Stack, name: str) -> None:
    """`kill -9`, and the supervisor starts it again."""
    stack.kill(name)
    stack.resume(name)


def restart_broker(stack: Stack) -> None:
    stack.restart("kafka")


def stop_database(stack: Stack) -> None:
    """Every service loses its connections in the middle of whatever it does."""
    stack.kill("postgres")
    stack.resume("postgres")


def mail_server_goes_away(stack: Stack) -> None:
    stack.stop("mail")
    stack.resume("mail")


def directory_goes_away(stack: Stack) -> None:
    for role in ("api", "stream"):
        stack.stop(f"directory-{role}")
    for role in ("api", "stream"):
        stack.resume(f"directory-{role}")


OUTAGES: Mapping[str, Callable[[Stack], None]] = {
    "broker restart": restart_broker,
    "database killed": stop_database,
    "mail server down": mail_server_goes_away,
    "directory down": directory_goes_away,
}


def any_process(dice: random.Random) -> str:
    return dice.choice(PROCESSES)
