"""The story of `make demo`: a medication error, and the three people whom nobody forgets."""

from collections.abc import Callable
from typing import Any, TypeVar

from rich.console import Console

from aftercare_local.alarm import expect_alert
from aftercare_local.stack import Stack
from aftercare_local.world.hospital import Incident
from aftercare_local.world.inbox import Mail
from aftercare_local.world.people import Person
from aftercare_local.world.world import World

T = TypeVar("T")
FIRST_RESPONSE = "s-02-first-response"


class NotSeenError(AssertionError):
    """A step of the story did not happen. Its text is the step's name and what was there instead."""


def play(stack: Stack, console: Console) -> str | None:
    """Play it and tell it. Returns the first step that was not seen, `None` when all were.

    The demo's clock is set to ten in the morning: nobody is written to at night. It runs on when the story is told.
    """
    world = World(stack)
    world.clock.set(world.clock.now().replace(hour=10, minute=0, second=0, microsecond=0))
    try:
        Story(world, console, stack).tell()
    except NotSeenError as error:
        return str(error)
    finally:
        world.clock.set(world.clock.now(), running=True)
        world.close()
    return None


class Story:
    """Each step is done from outside, as people and systems would, and waits until it can be seen outside."""

    def __init__(self, world: World, console: Console, stack: Stack) -> None:
        self._stack = stack
        self._world = world
        self._console = console

    def tell(self) -> None:
        nora, petra, sam = self._three_people_at_work()
        iris = self._a_supporter()
        incident = self._an_error_is_filed([nora, petra, sam])
        to_nora, to_petra = self._offers_go_out(nora, petra, sam)
        self._nora_wants_to_talk(nora, iris, to_nora)
        self._petra_says_no(petra, to_petra)
        self._sam_is_silent(sam)
        self._nobody_was_forgotten(incident)
        self._a_promise_is_missed(sam, incident)

    def _three_people_at_work(self) -> tuple[Person, Person, Person]:
        self._chapter("Two nurses and a resident work on Ward 7. HR's roster has just been read.")
        world = self._world
        return self._step(
            "Nora Quill, Petra Lund and Sam Okoye are known; only `directory` knows their names",
            lambda: (
                world.given_staff("Nora", "Quill", role="nurse"),
                world.given_staff("Petra", "Lund", role="nurse"),
                world.given_staff("Sam", "Okoye", role="resident", mobile="+447700900103"),
            ),
        )

    def _a_supporter(self) -> Person:
        return self._step(
            "Iris Vale, a pharmacist, is trained to support colleagues and has said that she is available",
            lambda: self._world.given_supporter("Iris", "Vale"),
        )

    def _an_error_is_filed(self, involved: list[Person]) -> Incident:
        self._chapter("A patient is given ten times the dose. The incident system files it, as FHIR, on Kafka.")
        return self._step(
            "The incident is mapped; patient, names and narrative stayed at the door",
            lambda: self._world.when_incident_is_filed(involving=involved, harm="moderate"),
        )

    def _offers_go_out(self, nora: Person, petra: Person, sam: Person) -> tuple[Mail, Mail]:
        self._pass_time("three minutes pass; offers to one person would be merged into one mail", minutes=3)
        found = self._step(
            "Each of the three is offered support by mail",
            lambda: [self._world.expect_offer_to(person) for person in (nora, petra, sam)],
        )
        self._show(found[0])
        return found[0], found[1]

    def _nora_wants_to_talk(self, nora: Person, iris: Person, offer: Mail) -> None:
        world = self._world
        self._chapter("Nora opens the link, chooses “I would like to talk”, and confirms.")
        self._step("Her answer is taken; no login, no name on the page", lambda: world.when_answered(offer, "talk"))
        ask = self._step("Iris is asked whether she can", lambda: world.expect_mail_to(iris, purpose="supporter-ask"))
        self._step("Iris says yes", lambda: world.when_answered(ask, "accept"))
        self._step(
            "Nora hears that somebody will be in touch", lambda: world.expect_mail_to(nora, purpose="supporter-found")
        )
        card = self._step(
            "Iris gets a link to one contact card", lambda: world.expect_mail_to(iris, purpose="supporter-card")
        )
        self._step(
            "Iris opens the card: a name, a way to reach Nora, nothing about what happened",
            lambda: _names(world, card, nora),
        )
        self._step(
            "Iris and Nora have spoken; that they did is all that is kept",
            lambda: world.when_recorded_on_card(card, "contacted"),
        )
        self._step("The case is *contacted*", lambda: world.expect_case(nora, "contacted"))

    def _petra_says_no(self, petra: Person, offer: Mail) -> None:
        self._chapter("Petra chooses “No, thank you”.")
        self._step(
            "Her no is honoured; the link keeps working should she change her mind",
            lambda: self._world.when_answered(offer, "no"),
        )
        self._step(
            "The case is *declined*: closed for clocks, never for access",
            lambda: self._world.expect_case(petra, "declined"),
        )

    def _sam_is_silent(self, sam: Person) -> None:
        world = self._world
        self._chapter("Sam does not answer.")
        self._pass_time("an hour passes", minutes=60)
        self._step("Sam gets an SMS", lambda: world.expect_sms_to(sam))
        self._pass_time("another hour passes", minutes=60)
        task = self._step("A coordinator on call is asked to ring Sam", lambda: world.expect_human_asked_to_call(sam))
        self._show(task)

    def _nobody_was_forgotten(self, incident: Incident) -> None:
        self._chapter("Three people were involved.")
        self._step(
            "Each has an offer or a recorded reason",
            lambda: self._world.expect_everybody_accounted_for(incident, people=3),
        )
        self._console.print("\n[bold]Everybody was offered support in time. What was said is stored nowhere.[/bold]")

    def _a_promise_is_missed(self, sam: Person, incident: Incident) -> None:
        self._chapter("And if nobody rings Sam? A first response was promised within 24 hours.")
        world = self._world
        self._pass_time("a day passes; nobody rings", minutes=24 * 60)
        owed = world.looking.obligation_to(sam, incident)
        self._step(
            "The promise is missed, and on top of the coordinators' work list",
            lambda: world.expect_promise(FIRST_RESPONSE, owed, state="overdue"),
        )
        alert = self._step("Those on call are told: one missed promise is enough", self._alert)
        if alert is not None:
            where = self._stack.prometheus.alerts_url
            self._console.print(f"    [dim]{alert['annotations']['summary']} {where}[/dim]", highlight=False)

    def _alert(self) -> dict[str, Any] | None:
        return expect_alert(self._stack, FIRST_RESPONSE)

    # -- telling

    def _step(self, what: str, act: Callable[[], T]) -> T:
        """Do it; a failure becomes the name of this step."""
        try:
            result = act()
        except AssertionError as error:
            self._console.print(f"  [red]✗[/red] {what}")
            raise NotSeenError(f"{what} ({error})") from error
        self._console.print(f"  [green]✓[/green] {self._world.clock.now():%a %H:%M}  {what}")
        return result

    def _chapter(self, text: str) -> None:
        self._console.print(f"\n[bold]{text}[/bold]")

    def _pass_time(self, what: str, *, minutes: float) -> None:
        self._console.print(f"  [dim]⏩ {what} (the demo's clock is moved)[/dim]")
        self._world.fast_forward(minutes=minutes)

    def _show(self, mail: Mail) -> None:
        words = " ".join(mail.text.split())
        self._console.print(f"    [dim]to {mail.to} · “{mail.subject}” · {words[:160]}…[/dim]", highlight=False)


def _names(world: World, card: Mail, person: Person) -> None:
    seen = world.when_card_is_opened(card).text
    assert person.name in seen, "the contact card does not name the person"
