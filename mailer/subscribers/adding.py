"""People who come on a list: one who confirmed, or many at once whom an operator brings.

A statement costs more than a row, and a commit waits for the disk: so a file of addresses is taken
five hundred at a time, each kind of row for all of them at once.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from mailer.address import Address
from mailer.editions.calendar import next_due
from mailer.editions.model import Newsletter
from mailer.store.database import Transaction
from mailer.subscribers.model import Act, Added, Origin, State, Subscription, Way

BY_OPERATOR = Origin(Way.CLI)


def activate(tx: Transaction, found: Subscription, act: Act, origin: Origin, now: datetime) -> bool:
    """Let a pending subscription count; False when somebody else was quicker."""
    # From the newest edition that is out: the first mail is as whole as everybody's. Whoever
    # was here before has had some of it, when they read at once until they left.
    out = tx.editions.newest_out(found.newsletter_id, found.schedule.rhythm)
    watermark = max(out, found.watermark)
    is_first = tx.subscriptions.activate(found, now, watermark, tx.recall.next_turn(found, now))
    if is_first:
        tx.consent.record(found.id, act, origin, now)
    return is_first


def add_people(
    tx: Transaction, newsletter: Newsletter, addresses: Mapping[Address, str], now: datetime
) -> dict[Address, Added]:
    """Put people on a list, addresses with their hashes; return what became of each."""
    never = tx.suppressions.among(addresses.values())
    wanted = {address: hashed for address, hashed in addresses.items() if hashed not in never}
    people = tx.subscribers.get_or_add(wanted, now)
    ties = tx.subscriptions.of_subscribers([person.id for person in people.values()])
    became = dict.fromkeys(addresses, Added.NEVER_MAILED)
    new: list[int] = []
    back: list[Subscription] = []
    for address, person in people.items():
        tie = ties.get((person.id, newsletter.id))
        here = tie is not None and tie.state in {State.ACTIVE, State.PAUSED}
        became[address] = Added.KNOWN if here else Added.ADDED
        if tie is None:
            new.append(person.id)
        elif not here:
            back.append(tie)
    _add_new(tx, newsletter, new, now)
    _bring_back(tx, back, now)
    return became


def _add_new(tx: Transaction, newsletter: Newsletter, people: Sequence[int], now: datetime) -> None:
    """Let people begin who never had anything of a newsletter: all of them with the same turn."""
    if not people:
        return
    tx.subscriptions.add_pending([(person, newsletter) for person in people], now)
    out = tx.editions.newest_out(newsletter.id, newsletter.schedule.rhythm)
    due = next_due(newsletter.schedule, now)
    begun = tx.subscriptions.activate_new(people, newsletter, now, out, due)
    tx.consent.record_all([(key, BY_OPERATOR, None) for key in begun], Act.ADDED, now)


def _bring_back(tx: Transaction, ties: Sequence[Subscription], now: datetime) -> None:
    """Let people begin anew who left, or never confirmed: each has had mails of their own."""
    tx.subscriptions.ask_again(ties, now)
    for tie in ties:
        activate(tx, tx.subscriptions.by_id(tie.id), Act.ADDED, BY_OPERATOR, now)
