"""What our pages say. No name, no status, no earlier answer: a page looks the same to everybody who opens it."""

from dataclasses import dataclass

from aftercare.outreach.domain.vocabulary import Choice, Purpose
from aftercare.outreach.words.catalogue import marked as N_  # noqa: N812 - gettext's own name for it


@dataclass(frozen=True, slots=True)
class ChoiceText:
    """One choice: how it reads on the page, when it is confirmed, and after."""

    label: str
    hint: str
    confirm: str
    thanks: str
    next_steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PageText:
    """The first page of a link."""

    heading: str
    intro: tuple[str, ...] = ()


_CHANGE = N_("You can change your mind at any time: the same link works for about six months.")
_PAPERLESS = N_("Nothing that you say in the talk is written down. Your manager is not told.")

CHOICES: dict[Choice, ChoiceText] = {
    Choice.TALK: ChoiceText(
        label=N_("Yes, I would like to talk to somebody"),
        hint=N_("A trained colleague will get in touch with you."),
        confirm=N_("You would like to talk to a trained colleague."),
        thanks=N_("Thank you. We are looking for somebody for you."),
        next_steps=(
            N_("We ask a trained colleague now, and tell you as soon as somebody is found."),
            N_("They get in touch with you, usually within a day."),
            N_("If you hear from nobody, open the link again and choose 'as soon as possible'."),
            _PAPERLESS,
        ),
    ),
    Choice.URGENT: ChoiceText(
        label=N_("I need somebody as soon as possible"),
        hint=N_("We tell the colleague on duty at once, by day and by night."),
        confirm=N_("You need somebody as soon as possible."),
        thanks=N_("Thank you for telling us. We are telling the colleague on duty now."),
        next_steps=(
            N_("A person from our team will call you as soon as they can."),
            N_("If you can't wait, please call one of the numbers below now. They are there for you."),
        ),
    ),
    Choice.LATER: ChoiceText(
        label=N_("Not now. Please ask me again"),
        hint=N_("We write to you again in about {days} days."),
        confirm=N_("You would like us to ask you again in about {days} days."),
        thanks=N_("That is fine. We will write to you again in about {days} days."),
        next_steps=(
            N_("You need not wait for that: the link works at any time."),
            N_("Your manager is not told."),
        ),
    ),
    Choice.NO: ChoiceText(
        label=N_("No, thank you"),
        hint=N_("You can change your mind at any time, with this same link."),
        confirm=N_("You would not like to talk to anybody."),
        thanks=N_("That is fine. Thank you for telling us."),
        next_steps=(
            _CHANGE,
            N_("To be sure that it was you, we send a short receipt by another way if we have one."),
            N_("Your manager is not told."),
        ),
    ),
    Choice.ACCEPT: ChoiceText(
        label=N_("Yes, I can"),
        hint=N_("We send you the contact of the colleague."),
        confirm=N_("You can be there for a colleague this time."),
        thanks=N_("Thank you. That means a lot."),
        next_steps=(
            N_("In a moment you get a message with a link to the contact card."),
            N_("If somebody else has been faster, you get no message and need not do anything."),
        ),
    ),
    Choice.REFUSE: ChoiceText(
        label=N_("Not this time"),
        hint=N_("We ask somebody else. No reason is needed."),
        confirm=N_("You can't take it on this time."),
        thanks=N_("Thank you for telling us so quickly."),
        next_steps=(N_("We ask somebody else now. There is nothing left for you to do."),),
    ),
    Choice.CONTACTED: ChoiceText(
        label=N_("We have spoken"),
        hint=N_("That is all that is noted: that, not what."),
        confirm=N_("You and your colleague have spoken."),
        thanks=N_("Thank you for being there."),
        next_steps=(N_("Please do not keep notes of your talk. If it was a lot for you too, the team is there."),),
    ),
    Choice.NOT_REACHED: ChoiceText(
        label=N_("I could not reach the person"),
        hint=N_("You will be reminded to try again."),
        confirm=N_("You could not reach the person."),
        thanks=N_("Noted. Thank you for trying."),
        next_steps=(N_("You or a colleague will be asked to try again."),),
    ),
    Choice.UNDO: ChoiceText(
        label=N_("Take my last answer back"),
        hint=N_("As if you had not answered."),
        confirm=N_("Your last answer will be taken back."),
        thanks=N_("Done. If there was an answer, it has been taken back."),
        next_steps=(_CHANGE,),
    ),
    Choice.OPEN: ChoiceText(
        label=N_("Show the contact card"),
        hint="",
        confirm=N_("You are about to see how to reach a colleague. That you looked is noted."),
        thanks="",
    ),
}

BY_COORDINATOR: dict[Choice, ChoiceText] = {
    Choice.TALK: ChoiceText(
        label=N_("They would like to talk to a trained colleague"),
        hint=N_("A supporter is asked now."),
        confirm=N_("The person would like to talk to a trained colleague."),
        thanks=N_("Noted. A supporter is asked now."),
    ),
    Choice.URGENT: ChoiceText(
        label=N_("They need somebody as soon as possible"),
        hint=N_("The team on duty is told at once."),
        confirm=N_("The person needs somebody as soon as possible."),
        thanks=N_("Noted. The team on duty is told at once."),
    ),
    Choice.LATER: ChoiceText(
        label=N_("They would like to be asked again later"),
        hint=N_("We write to them again in about {days} days."),
        confirm=N_("The person would like to be asked again in about {days} days."),
        thanks=N_("Noted. We write to them again in about {days} days."),
    ),
    Choice.NO: ChoiceText(
        label=N_("They do not want anything"),
        hint=N_("They can change their mind at any time."),
        confirm=N_("The person does not want anything."),
        thanks=N_("Noted. They can change their mind at any time."),
    ),
    Choice.NOT_REACHED: CHOICES[Choice.NOT_REACHED],
}
"""The same choices, said by a coordinator who has rung the person."""

_OFFER = PageText(
    heading=N_("What would suit you?"),
    intro=(
        N_("A trained colleague would be glad to talk with you. It is confidential, and it is your choice."),
        N_("What you choose is yours. Your manager is not told."),
    ),
)
_CHANGED = PageText(
    heading=N_("Has something changed for you?"),
    intro=(N_("Please tell us what would suit you now. What you choose is yours. Your manager is not told."),),
)

PAGES: dict[Purpose, PageText] = {
    Purpose.OFFER: _OFFER,
    Purpose.OFFER_BEFORE_INTERVIEW: _OFFER,
    Purpose.OFFER_AFTER_INTERVIEW: _OFFER,
    Purpose.REMINDER: _OFFER,
    Purpose.SUPPORTER_FOUND: _CHANGED,
    Purpose.COORDINATOR_WILL_CALL: _CHANGED,
    Purpose.SUPPORTER_ASK: PageText(
        heading=N_("Could you be there for a colleague?"),
        intro=(
            N_("A colleague would like to talk to somebody."),
            N_("Whatever you choose is fine. We do not ask for reasons."),
        ),
    ),
}

CARD = PageText(
    heading=N_("Contact card"),
    intro=(
        N_("If a contact card waits for you, you can open it here. Please open it only when you are about to call."),
        N_("Each time it is opened, that is noted."),
    ),
)
CARD_NONE = PageText(
    heading=N_("There is no card to show"),
    intro=(
        N_("It may have been taken back, somebody else may have stepped in, or it is not ready yet."),
        N_("If you were about to call somebody, please try again in a minute, or look into your task list."),
    ),
)
CARD_LATER = PageText(
    heading=N_("We can't show the card at this moment"),
    intro=(N_("Please try again in a minute. Nothing is lost."),),
)
CARD_NO_CONTACT = PageText(
    heading=N_("There is no contact any more"),
    intro=(N_("We hold no contact for this person any more. Please tell your team on duty."),),
)
UNKNOWN = PageText(
    heading=N_("This link can't be opened"),
    intro=(
        N_("Perhaps it is old, or a part of it is missing. That happens when a link is copied or cut in two."),
        N_("Please open your newest message from us and tap the link there once more."),
        N_("You can ask for support at any time, without any link. It is confidential."),
    ),
)
SLOW_DOWN = PageText(
    heading=N_("One moment, please"),
    intro=(N_("There were too many tries in a short time. Please wait a minute and open the link again."),),
)
TROUBLE = PageText(
    heading=N_("We can't do that at this moment"),
    intro=(N_("Nothing was changed. Please wait a minute and try again."),),
)

WISHES: dict[str, str] = {
    "by-phone": N_("would like a phone call"),
    "by-email": N_("would like an e-mail first"),
    "in-person": N_("would like to meet in person"),
    "by-video": N_("would like a video call"),
    "other-unit": N_("would like somebody from another unit"),
    "other-site": N_("would like somebody from another site"),
    "own-unit": N_("would like somebody from the same unit"),
}
CHANNELS: dict[str, str] = {
    "email": N_("E-mail"),
    "sms": N_("Mobile phone"),
    "push": N_("App message"),
    "call": N_("Phone"),
}
