"""`mailer deliveries pause|resume|settle|resend`: what an operator decides about mail."""

import click

from mailer.cli.context import Context, pass_context
from mailer.cli.output import confirm, say
from mailer.delivery.model import DeliveryState
from mailer.delivery.steer import DECISIONS, RESENDABLE
from mailer.errors import UsageError

newsletter_option = click.option(
    "--newsletter", metavar="SLUG", help="Only this one; all of them otherwise."
)
yes_option = click.option("--yes", is_flag=True, help="Do not ask.")


@click.command(epilog='Example: mailer deliveries pause --reason "the relay moves tonight"')
@newsletter_option
@click.option("--reason", default="paused by hand", show_default=True, help="For `status`.")
@pass_context
def pause(context: Context, *, newsletter: str | None, reason: str) -> None:
    """Start no more digests until `resume`. What is on the wire ends; notices still go.

    Exit 1 when it is paused already.
    """
    if not context.mailer.steer.pause(newsletter, reason):
        say("It is paused already.")
        raise click.exceptions.Exit(1)
    say(f"No digest of {newsletter or 'any newsletter'} starts until `mailer deliveries resume`.")


@click.command(epilog="Example: mailer deliveries resume --receiver outlook.com")
@click.option(
    "--newsletter", metavar="SLUG", help="End this one's own pause; that of all of them otherwise."
)
@click.option(
    "--receiver", metavar="NAME", help="A receiver that rests, as `mailer status` has it."
)
@click.option(
    "--edition", metavar="ID", type=int, help="One that waits for those who get it first."
)
@pass_context
def resume(
    context: Context, *, newsletter: str | None, receiver: str | None, edition: int | None
) -> None:
    """Let digests start again, or mail to a receiver. Exit 1 when nothing was paused."""
    if edition is not None:
        if not context.mailer.steer.resume_edition(edition):
            say(f"Edition {edition} waits for nobody's answers.")
            raise click.exceptions.Exit(1)
        say(f"Edition {edition} goes to everybody, whatever the first ones say.")
        return
    if receiver is not None:
        if not context.mailer.steer.resume_receiver(receiver):
            say(f"{receiver} does not rest.")
            raise click.exceptions.Exit(1)
        say(f"Mail to {receiver} goes on as to any other; what was put off keeps its time.")
        return
    resumed = context.mailer.steer.resume(newsletter)
    with context.mailer.store.read() as tx:
        others = [one for one in tx.steering.pauses() if None in {newsletter, one.newsletter}]
    if resumed:
        say(f"Digests of {newsletter or 'all newsletters'} go on.")
    elif not others:
        say("Nothing was paused.")
    for one in others:
        which = f" --newsletter {one.newsletter}" if one.newsletter else ""
        say(
            f"Still paused is {one.newsletter or 'every newsletter'} ({one.reason}):"
            f" mailer deliveries resume{which}"
        )
    if not resumed:
        raise click.exceptions.Exit(1)


@click.command(epilog="Example: mailer deliveries settle --edition 12 --as repeat")
@click.argument("ids", nargs=-1, type=int, metavar="[ID]...")
@click.option("--edition", metavar="ID", type=int, help="All of this edition's.")
@click.option(
    "--as",
    "decision",
    type=click.Choice(list(DECISIONS)),
    required=True,
    help="What became of them: it arrived, send it again, or let it be.",
)
@yes_option
@pass_context
def settle(
    context: Context, *, ids: tuple[int, ...], edition: int | None, decision: str, yes: bool
) -> None:
    """Decide about mails in doubt: those whose answer never came.

    `mailer deliveries list --state in_doubt` names them; the relay's own log knows more. A repeat
    carries the same Message-ID. Exit 1 when none was in doubt.
    """
    if not ids and edition is None:
        raise UsageError("say which", help="name their ids, or an --edition")
    confirm(f"Settle them as {decision}?", yes=yes)
    keys = ids or None
    count = context.mailer.steer.settle(decision, keys=keys, edition_id=edition)
    if not count:
        say("Nothing of that is in doubt: `mailer deliveries list --state in_doubt` names what is.")
        raise click.exceptions.Exit(1)
    say(f"{count:,} settled as {decision}.")


@click.command(epilog="Example: mailer deliveries resend --edition 12 --only given_up,in_doubt")
@click.option("--edition", metavar="ID", type=int, required=True, help="The edition.")
@click.option("--only", metavar="STATES", required=True, help="Of given_up, in_doubt and refused.")
@yes_option
@pass_context
def resend(context: Context, *, edition: int, only: str, yes: bool) -> None:
    """Send an edition once more to just those who did not get it, under the same Message-ID.

    Exit 1 when there is nobody.
    """
    words = [word.strip() for word in only.split(",")]
    unknown = [word for word in words if word not in set(RESENDABLE)]
    if unknown:
        known = ", ".join(sorted(RESENDABLE))
        raise UsageError(f"--only: {unknown[0]} cannot be sent again", help=f"there are {known}")
    confirm(f"Owe edition {edition} again to those it is {' or '.join(words)} for?", yes=yes)
    count = context.mailer.steer.resend(edition, [DeliveryState(word) for word in words])
    if not count:
        say(f"Nobody's ended so: `mailer deliveries audit --edition {edition}` says how they did.")
        raise click.exceptions.Exit(1)
    say(f"{count:,} owed again: `mailer run` sends them, or `mailer deliveries send`.")
