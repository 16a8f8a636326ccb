"""How a subscription came about and went on, in words: each consent event as its reader sees it.

Behind a link to leave, which may have been forwarded, there is when and how; where it was, from
which network and in which words, is behind the mailed link to one's data alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mailer.languages.catalogue import N_
from mailer.subscribers.model import Act, ConsentEvent, Way
from mailer.web.language import words

ACTS: Mapping[Act, str] = {
    Act.REQUESTED: N_("Signed up"),
    Act.CONFIRMED: N_("Confirmed"),
    Act.LEFT: N_("Left"),
    Act.RETURNED: N_("Came back"),
    Act.ADDED: N_("Put on the list by the sender"),
    Act.EXPLAINED: N_("Said why"),
    Act.MOVED: N_("Moved to another address"),
    Act.MOVED_BACK: N_("Moved back to the address before"),
    Act.STAYED: N_("Stopped a move to another address"),
}
WAYS: Mapping[Way, str] = {
    Way.FORM: N_("by the form on a page"),
    Way.API: N_("by the form on a page"),
    Way.PAGE: N_("by the button behind a mailed link"),
    Way.ONE_CLICK: N_("by the mail program's own button"),
    Way.MAILTO: N_("by a mail to the address for it"),
    Way.REPLY: N_("by an answer to a mail"),
    Way.CLI: N_("by the sender's hand"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One event as it is shown."""

    at: datetime
    act: str
    way: str
    page: str | None = None
    network: str | None = None
    user_agent: str | None = None
    wording: str | None = None


def steps(events: Sequence[ConsentEvent], *, whole: bool) -> list[Step]:
    """Return the events in words; `whole`: with all that is kept of each."""
    return [_step(event, whole=whole) for event in events]


def _step(event: ConsentEvent, *, whole: bool) -> Step:
    say, origin = words().gettext, event.origin
    act, way = say(ACTS.get(event.act, event.act)), say(WAYS.get(origin.way, origin.way))
    if not whole:
        return Step(event.at, act, way)
    return Step(event.at, act, way, origin.page, origin.network, origin.user_agent, event.wording)
