"""The words in which stories and scenarios are told: given, when, expect."""

from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any

from aftercare_local.kafka_access import admin_client
from aftercare_local.stack import Stack
from aftercare_local.world.databases import Databases
from aftercare_local.world.desk import Desk
from aftercare_local.world.hospital import Hospital, Incident
from aftercare_local.world.inbox import Inbox, Mail
from aftercare_local.world.lag import Lag
from aftercare_local.world.looking import Looking
from aftercare_local.world.pages import Page, Visitor
from aftercare_local.world.people import Person, roster_csv
from aftercare_local.world.settling import Settling

_numbers = count(70_001)


class World:
    """One hospital on one stack. Everything it does, somebody outside Aftercare could do."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.clock = stack.clock
        self.databases = Databases(stack.postgres.urls)
        self.settling = Settling(self.databases, stack.clock, Lag(admin_client(stack.kafka.access)), stack.troubles)
        self.inbox = Inbox(stack.mail, self.databases)
        self.looking = Looking(self.databases, stack.keys)
        self.desk = Desk(stack)
        self.hospital = Hospital(stack)
        self.visitor = Visitor()
        self.people: list[Person] = []

    def close(self) -> None:
        self.visitor.close()
        self.desk.close()
        self.hospital.close()
        self.databases.close()

    # -- given

    def given_staff(self, given: str, family: str, **attributes: str) -> Person:
        """A member of staff whom HR has on the roster."""
        person = self._person(given, family, **attributes)
        self._enrol([person])
        return person

    def given_many_staff(self, how_many: int) -> list[Person]:
        crowd = [self._person("Crowd", f"Member{number}") for number in range(how_many)]
        self._enrol(crowd)
        return crowd

    def given_supporter(self, given: str, family: str, **attributes: str) -> Person:
        """A trained colleague who has said that they are available. Of another unit than most."""
        person = self.given_staff(given, family, **({"unit": "north-pharmacy", "role": "pharmacist"} | attributes))
        self.desk.add_supporter(person, trained_until=self.clock.now() + timedelta(days=200))
        return person

    def a_person_not_on_the_roster(self, given: str, family: str) -> Person:
        return self._person(given, family)

    def a_new_incident_number(self) -> str:
        return f"{next(_numbers)}"

    def _person(self, given: str, family: str, **attributes: str) -> Person:
        person = Person(f"STAFF-{next(_numbers)}Q", given, family, **attributes)  # type: ignore[arg-type]
        self.people.append(person)
        return person

    def _enrol(self, people: list[Person]) -> None:
        self.desk.upload_roster(roster_csv(people, self.stack.issuer.issuer))
        self.settling.settle()

    # -- when

    def when_incident_is_filed(
        self, *, involving: list[Person], harm: str, number: str = "", over: str = "kafka"
    ) -> Incident:
        incident = Incident(number or self.a_new_incident_number(), involving, harm, self.clock.now())
        self.hospital.file(incident, over=over)
        self.settling.settle()
        return incident

    def when_incident_harms(self, patients: list[str], *, harm: str) -> Incident:
        """Several patients at once, by their numbers."""
        incident = Incident(self.a_new_incident_number(), [], harm, self.clock.now())
        self.hospital.report(incident, patients)
        self.settling.settle()
        return incident

    def when_filed_again(self, incident: Incident, *, over: str = "kafka") -> None:
        self.hospital.file(incident, over=over)
        self.settling.settle()

    def when_incident_is_amended(self, incident: Incident, *, harm: str) -> None:
        incident.harm = harm
        incident.version += 1
        self.when_filed_again(incident)

    def when_incident_is_withdrawn(self, incident: Incident) -> None:
        self.hospital.withdraw(incident, self.clock.now())
        self.settling.settle()

    def when_staff_are_removed(self, incident: Incident, people: list[Person]) -> None:
        self.hospital.remove_staff(incident, people, self.clock.now())
        self.settling.settle()

    def when_interview_is_scheduled(self, person: Person, *, incident_number: str) -> None:
        self.hospital.schedule_interview(person, incident_number, self.clock.now())
        self.settling.settle()

    def when_patient_is_told(self, incident: Incident, *, patient: str = "") -> None:
        """The hospital's own tool says that the first talk has been held; with whom, if it was filled in."""
        patients = [patient] if patient else []
        self.hospital.reach_milestone(incident, "initial-done", self.clock.now(), patients)
        self.settling.settle()

    def when_person_asks_for_support(self, person: Person, *, urgent: bool = False) -> None:
        self.desk.ask_for_support(person, urgent=urgent)
        self.settling.settle()

    def when_manager_says_who_was_involved(self, incident: Incident, people: list[Person]) -> None:
        self.desk.say_who_was_involved(self.looking.reference_of(incident), people)
        self.settling.settle()

    def when_coordinator_identifies(self, stranger: Person, *, as_person: Person) -> None:
        self.desk.identify(stranger, self.looking.person_token(as_person))
        self.settling.settle()

    def when_coordinator_says_not_staff(self, stranger: Person) -> None:
        self.desk.say_not_staff(stranger)
        self.settling.settle()

    def when_coordinator_takes_the_case(self, person: Person) -> None:
        self.desk.take_case(self.looking.case_of(person)["case"])
        self.settling.settle()

    def when_answered(self, mail: Mail, choice: str) -> Page:
        """The reader follows the link, chooses and confirms."""
        page = self.visitor.choose_and_confirm(self.visitor.open(mail.answer_link), choice)
        self.settling.settle()
        return page

    def when_card_is_opened(self, mail: Mail) -> Page:
        """A supporter or coordinator looks at the contact card; each look is audited."""
        return self.visitor.choose_and_confirm(self.visitor.open(mail.answer_link), "open")

    def when_recorded_on_card(self, mail: Mail, choice: str) -> Page:
        """They open the card, speak to the person, and say what came of it."""
        page = self.visitor.choose_and_confirm(self.when_card_is_opened(mail), choice)
        self.settling.settle()
        return page

    def when_undone(self, thanks: Page) -> None:
        self.visitor.undo(thanks)
        self.settling.settle()

    def fast_forward(self, **by: float) -> None:
        """Let time pass: from due instant to due instant, each until all is quiet."""
        self.settling.advance_to(self.clock.now() + timedelta(**by))

    # -- expect

    def expect_offer_to(self, person: Person) -> Mail:
        return self._expect(
            f"an offer to {person.name}",
            lambda mail: mail.to == person.address and mail.purpose.startswith("offer") and mail.channel == "email",
        )

    def expect_mail_to(self, person: Person, *, purpose: str) -> Mail:
        return self._expect(
            f"{purpose} to {person.name}", lambda mail: mail.to == person.address and mail.purpose == purpose
        )

    def expect_sms_to(self, person: Person) -> Mail:
        return self._expect(f"an SMS to {person.name}", lambda mail: mail.to == person.mobile)

    def expect_supporter_ask_to_any(self, supporters: list[Person]) -> Mail:
        addresses = {person.address for person in supporters}
        return self._expect("a supporter asked", lambda mail: mail.to in addresses and mail.purpose == "supporter-ask")

    def expect_human_asked_to_call(self, person: Person) -> Mail:
        """A coordinator's duty address is told, and the task is about this person."""
        task = self.looking.open_task(person, kind="call-person")
        return self._expect_told(
            f"a human asked to call {person.name}",
            lambda mail: mail.purpose == "coordinator-task" and self.looking.is_about(mail.message_id, task),
        )

    def expect_coordinator_mail(self) -> Mail:
        return self._expect_told("a coordinator told", lambda mail: mail.purpose == "coordinator-task")

    def expect_no_coordinator_task(self) -> None:
        assert not [mail for mail in self.inbox.untaken() if mail.purpose == "coordinator-task"]

    def expect_no_mail(self) -> None:
        """Nothing has gone out to anybody that was not expected."""
        left = [(mail.to, mail.purpose, mail.subject) for mail in self.inbox.untaken()]
        assert not left, f"unexpected messages: {left}"

    def expect_one_offer_to_each(self, people: list[Person]) -> None:
        for person in people:
            self.expect_offer_to(person)

    def expect_case(self, person: Person, state: str) -> None:
        self.expect_case_in(person, {state})

    def expect_case_in(self, person: Person, states: set[str]) -> None:
        found = self.looking.case_of(person)["state"]
        assert found in states, f"the case of {person.name} is {found}, not one of {sorted(states)}"

    def expect_reason(self, incident: Incident, reason: str) -> None:
        found = [row["reason"] for row in self.looking.obligations(incident)]
        assert reason in found, f"no obligation of the incident ended with {reason}: {found}"

    def expect_unresolved(self, incident: Incident) -> None:
        found = [row["unresolved"] for row in self.looking.obligations(incident)]
        assert found == ["nobody-named"], f"expected one obligation for an incident that names nobody: {found}"

    def expect_everybody_accounted_for(self, incident: Incident, *, people: int) -> None:
        """Promise one: each person ends in an offer or a recorded reason."""
        rows = [row for row in self.looking.obligations(incident) if row["involvement"] is not None]
        assert len(rows) == people, f"{len(rows)} obligations for {people} people"
        open_ones = [row for row in rows if row["settlement"] is None]
        assert not open_ones, f"{len(open_ones)} people are neither offered support nor told why not"

    def expect_promise(self, rule: str, owed: str, *, state: str) -> dict[str, Any]:
        """What the coordinators' list of clocks says of a promise about an obligation or a case."""
        found = [one for one in self.desk.support_clocks(state) if (one["rule"], one["subject"]) == (rule, owed)]
        assert len(found) == 1, f"{rule} is not {state}"
        return found[0]

    def expect_clock(self, rule: str, incident: Incident, *, state: str) -> dict[str, Any]:
        """What the risk managers' list of clocks says of a promise about an incident, or about its only patient."""
        found = self.clocks_of(rule, incident, state=state)
        assert len(found) == 1, f"{rule} is not {state}"
        return found[0]

    def clocks_of(self, rule: str, incident: Incident, *, state: str) -> list[dict[str, Any]]:
        """One for each patient whom the incident names."""
        about = self.looking.reference_of(incident)
        return [one for one in self.desk.event_clocks(state) if (one["rule"], one["incident"]) == (rule, about)]

    def expect_coordinators_told(self) -> None:
        """At least one, and whoever else was told in their turn."""
        self.expect_coordinator_mail()
        while self.inbox.take(lambda mail: mail.purpose == "coordinator-task") is not None:
            pass

    def _expect_told(self, what: str, wanted: Callable[[Mail], bool]) -> Mail:
        """A duty is told by mail and by SMS at once when it is urgent: the mail, with its SMS taken too."""
        mail = self._expect(what, lambda mail: mail.channel == "email" and wanted(mail))
        self.inbox.take(lambda other: other.channel == "sms" and other.approach == mail.approach)
        return mail

    def _expect(self, what: str, wanted: Callable[[Mail], bool]) -> Mail:
        mail = self.inbox.take(wanted)
        if mail is None:
            there = [(other.to, other.purpose, other.channel) for other in self.inbox.untaken()]
            raise AssertionError(f"expected {what}; what is there: {there}")
        return mail
