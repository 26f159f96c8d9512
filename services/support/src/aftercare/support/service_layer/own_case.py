"""What a person does about their own case: ask, choose, change, stop, come back. No incident is ever needed."""

from dataclasses import replace

from aftercare.support.adapters import mappers
from aftercare.support.domain.case import Case
from aftercare.support.domain.records import NotThisOne, StaffMember
from aftercare.support.domain.vocabulary import Act, AssignmentState, CaseState, Choice, Settlement, Wish
from aftercare.support.service_layer import loading, matching
from aftercare.support.service_layer.choices import Chosen, begin_by_self, choose, note_request
from aftercare.support.service_layer.desk import Desk
from aftercare.support.service_layer.refusals import NotHere


async def load_own(desk: Desk, member: StaffMember) -> Case | None:
    """The person's open case with all that moves with it, if there is one."""
    case = desk.book.cases.open_of(member.person)
    await loading.cases(desk, [case.case if case else None])
    await matching.load_pool(desk)
    await matching.load_bars(desk, {member.person})
    return case


def ask(
    desk: Desk, member: StaffMember, case: Case | None, chosen: Chosen, wishes: tuple[Wish, ...], incident: str | None
) -> Case:
    """Ask for support (R37: at any time). One who is in care already stays in care, and can make it urgent."""
    if case is None:
        return begin_by_self(desk, member.person, member.site, chosen, wishes=wishes, incident=incident)
    if wishes:
        case = replace(case, wishes=wishes)
        desk.book.cases.put(case)
    note_request(desk, case, incident, Settlement.ALREADY_IN_CARE)
    choose(desk, case, chosen)
    return desk.book.cases.get(case.case) or case


def decline(desk: Desk, case: Case | None) -> None:
    """No, or no longer. Respected at once (R35)."""
    choose(desk, _there(case), Chosen(Choice.NO, desk.now))


def change_wishes(desk: Desk, case: Case | None, wishes: tuple[Wish, ...]) -> None:
    """Wishes count for whoever is asked from now on; a search that had ended begins again."""
    changed = replace(_there(case), wishes=wishes)
    desk.book.cases.put(changed)
    desk.note(Act.WISHES_CHANGED, changed.case)
    if changed.state is CaseState.ESCALATED:
        matching.seek(desk, changed)


async def change_supporter(desk: Desk, case: Case | None) -> None:
    """Another one, please (R71). No reason is asked for, and this one is never asked again for this person (H5)."""
    present = _there(case)
    helping = [one.supporter for one in matching.of_case(desk, present) if one.state is AssignmentState.ACCEPTED]
    if not helping:
        raise NotHere("Nobody has been found for you yet, so there is nobody to change from.")
    unwanted = [NotThisOne(present.person, supporter) for supporter in helping]
    await mappers.NOT_THESE.add(desk.tx.connection, unwanted)
    if desk.pool is not None:
        desk.pool.not_these.setdefault(present.person, set()).update(helping)
    desk.note(Act.SUPPORTER_CHANGED, present.case)
    matching.look_for_another(desk, present)


def _there(case: Case | None) -> Case:
    if case is None:
        raise NotHere("You have no open case. You can ask for support at any time.")
    return case
