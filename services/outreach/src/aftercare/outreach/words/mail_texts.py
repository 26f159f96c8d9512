"""What our mails and short messages say. Warm, plain, and nothing that tells a passer-by what it is about.

Subjects, previews and short messages may name the programme and nothing else: a test refuses words of the clinic
in them. `{title}` is the programme's own name.
"""

from dataclasses import dataclass

from aftercare.outreach.domain.vocabulary import TO_THE_PERSON, Purpose
from aftercare.outreach.words.catalogue import marked as N_  # noqa: N812 - gettext's own name for it


@dataclass(frozen=True, slots=True)
class MailText:
    """One kind of mail. All texts are keys of the catalogue."""

    subject: str
    heading: str
    paragraphs: tuple[str, ...]
    button: str
    after: tuple[str, ...] = ()


PREVIEW = N_("Please open this when you have a quiet minute.")
SHORT = N_("{title}: there is a message for you. {link}")
SHORT_URGENT = N_("{title}: please open this now. {link}")
SHORT_RECEIPT = N_("{title}: noted, thank you. Not you, or changed your mind? {link}")
GREETING = N_("Hello {name},")
CRISIS = N_("If you need somebody right now")
OWN_CHOICE = N_("What you choose is yours. Your manager is not told.")
LINK_LASTS = N_(
    "The link works for about six months, without a password. You can change your mind at any time. "
    "It is meant for you alone, so please do not pass it on."
)
NOT_READ = N_("Replies to this mail are not read. Please use the link.")
URGENT = N_("It is urgent. Please look at it as soon as you can.")

QUIET = TO_THE_PERSON
"""To the person themselves we never write *urgent*: urgency is our haste, not theirs."""

_CONFIDENTIAL = N_("It is confidential. Nothing that you say is written down, and you decide how far it goes.")
_CHOOSE = N_("Choose what suits you")
_SECONDS = N_("Yes, not now, or no: please tell us what suits you. It takes a few seconds.")

RECEIPT = MailText(
    subject=N_("{title}: noted"),
    heading=N_("We have noted what you told us"),
    paragraphs=(
        N_("Somebody used the link that we sent you, and we have noted the choice."),
        N_("If that was you, there is nothing left to do."),
        N_("If it was not you, or if you have changed your mind, you can change it here."),
    ),
    button=N_("Change it or take it back"),
)

MAILS: dict[Purpose, MailText] = {
    Purpose.OFFER: MailText(
        subject=N_("A message for you from {title}"),
        heading=N_("You do not have to carry it alone"),
        paragraphs=(
            N_("Work in health care can bring moments that stay with you."),
            N_("A trained colleague would be glad to talk with you, if you would like that."),
            _CONFIDENTIAL,
            _SECONDS,
        ),
        button=_CHOOSE,
        after=(OWN_CHOICE, LINK_LASTS),
    ),
    Purpose.OFFER_BEFORE_INTERVIEW: MailText(
        subject=N_("A message for you from {title}"),
        heading=N_("You do not have to go through it alone"),
        paragraphs=(
            N_("You may soon be asked to talk about a hard day at work. That can weigh on people beforehand."),
            N_("A trained colleague would be glad to talk with you first, if you would like that."),
            _CONFIDENTIAL,
            _SECONDS,
        ),
        button=_CHOOSE,
        after=(OWN_CHOICE, LINK_LASTS),
    ),
    Purpose.OFFER_AFTER_INTERVIEW: MailText(
        subject=N_("A message for you from {title}"),
        heading=N_("How are you now?"),
        paragraphs=(
            N_("Going over a hard day at work once more can stir things up again. Many people feel that way."),
            N_("A trained colleague would be glad to talk with you, if you would like that."),
            _CONFIDENTIAL,
            _SECONDS,
        ),
        button=_CHOOSE,
        after=(OWN_CHOICE, LINK_LASTS),
    ),
    Purpose.REMINDER: MailText(
        subject=N_("A message for you from {title}"),
        heading=N_("As promised, we are writing again"),
        paragraphs=(
            N_("Our offer still stands: a trained colleague would be glad to talk with you."),
            _CONFIDENTIAL,
            _SECONDS,
        ),
        button=_CHOOSE,
        after=(OWN_CHOICE, LINK_LASTS),
    ),
    Purpose.SUPPORTER_FOUND: MailText(
        subject=N_("{title}: news for you"),
        heading=N_("A colleague will be in touch"),
        paragraphs=(
            N_("A trained colleague has agreed to talk with you and will get in touch, usually within a day."),
            N_("You do not need to prepare anything. Nothing that you say is written down."),
            N_("If you hear from nobody, or if something has changed for you, please tell us here."),
        ),
        button=N_("Tell us what has changed"),
        after=(LINK_LASTS,),
    ),
    Purpose.COORDINATOR_WILL_CALL: MailText(
        subject=N_("{title}: news for you"),
        heading=N_("One of us will call you"),
        paragraphs=(
            N_("A coordinator of our team will call you soon, just to hear how you are and what would help."),
            N_("You do not need to prepare anything. If you would rather not be called, please tell us here."),
        ),
        button=_CHOOSE,
        after=(OWN_CHOICE, LINK_LASTS),
    ),
    Purpose.SUPPORTER_ASK: MailText(
        subject=N_("{title}: a question for you"),
        heading=N_("Could you be there for a colleague?"),
        paragraphs=(
            N_("A colleague would like to talk to somebody. Could that be you this time?"),
            N_("If it does not suit you now, just say so. No reason is needed, and we ask somebody else."),
            N_("Please answer soon, so that nobody waits for long."),
        ),
        button=N_("Answer"),
    ),
    Purpose.SUPPORTER_CARD: MailText(
        subject=N_("{title}: your contact card"),
        heading=N_("Thank you for being there"),
        paragraphs=(
            N_("The link opens the contact card of your colleague: the name, how to reach them, and their wishes."),
            N_("Please get in touch as soon as you can, within a day at the latest."),
            N_("Each time the card is opened, that is noted. Please do not write down anything about your talks."),
        ),
        button=N_("Open the contact card"),
    ),
    Purpose.COORDINATOR_TASK: MailText(
        subject=N_("{title}: a task is waiting"),
        heading=N_("A task is waiting for a human"),
        paragraphs=(
            N_("You are on duty for {title}, and something needs a person now."),
            N_("If you can't look at it soon, you need not do anything: the next coordinator is told by then."),
        ),
        button=N_("Open the task"),
    ),
}
