"""What a newsletter is made of, as options of a command: read, checked, and put into words."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar

import click

from mailer.address import parse_address
from mailer.cli.faults import fault, wrong_options
from mailer.cli.rule_options import changed_rules, rule_options
from mailer.editions.calendar import zone_named
from mailer.editions.model import Approval, Newsletter, Rhythm, Schedule
from mailer.editions.wording import AS_IT_COMES
from mailer.errors import MailerError
from mailer.rendering.accent import accent

Function = TypeVar("Function", bound=Callable[..., Any])
T = TypeVar("T")
Word = TypeVar("Word", Rhythm, Approval)

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
AT = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
LONGEST_LINE = 200  # characters; a name longer than that breaks mails, forms and tables
MOST_STORIES = 100

OPTIONS = (
    click.option("--name", help="What readers see."),
    click.option("--sender", metavar="ADDRESS", help="The address it comes from."),
    click.option(
        "--reply-to",
        metavar="ADDRESS",
        help="Where answers go; people should read it. '' for none.",
    ),
    click.option("--description", help="One sentence for the form and the pages."),
    click.option("--postal-address", help="Stands in every mail, as the law wants."),
    click.option("--language", metavar="TAG", help="Like en or pt-BR."),
    click.option("--zone", help="Like Europe/Berlin."),
    click.option("--rhythm", help="daily, weekdays, weekly, monthly (on the 1st) or at-once."),
    click.option("--at", metavar="HH:MM", help="The hour in that zone, like 07:00."),
    click.option("--weekday", help="For weekly: monday to sunday."),
    click.option("--approval", help="automatic or manual."),
    click.option(
        "--max-stories", metavar="NUMBER", help=f"In one edition; at most {MOST_STORIES}."
    ),
    click.option("--min-stories", metavar="NUMBER", help="With fewer nobody is mailed; they wait."),
    click.option("--first", type=click.IntRange(0), help="Only so many of the newest; 0 for all."),
    click.option(
        "--pictures/--no-pictures", default=None, help="Whether stories have their pictures."
    ),
    click.option(
        "--feedback/--no-feedback", default=None, help="Whether readers are asked how it was."
    ),
    click.option(
        "--accent",
        metavar="#RRGGBB",
        help="Of links and buttons, as far as one can read it. '' for ours.",
    ),
    click.option("--public/--private", default=None, help="Whether the form is open to everybody."),
)


def newsletter_options(command: Function) -> Function:
    """Give a command an option for each thing a newsletter has."""
    for option in reversed(OPTIONS):
        command = option(command)
    return rule_options(command)


def describe(schedule: Schedule) -> str:
    """Return a schedule in words: `weekly on monday at 07:00 Europe/Berlin`."""
    match schedule.rhythm:
        case Rhythm.MINUTELY:
            return "minutely"
        case Rhythm.AT_ONCE:
            return AS_IT_COMES
        case Rhythm.WEEKLY:
            day = f" on {WEEKDAYS[schedule.weekday]}"
        case Rhythm.MONTHLY:
            day = " on the 1st"
        case _:
            day = ""
    return f"{schedule.rhythm}{day} at {hour(schedule)} {schedule.zone}"


def hour(schedule: Schedule) -> str:
    """Return a schedule's time of day as HH:MM."""
    hours, minutes = divmod(schedule.minute_of_day, 60)
    return f"{hours:02}:{minutes:02}"


def new_newsletter(slug: str, given: Mapping[str, object], now: datetime) -> Newsletter:
    """Return a newsletter made of the options; raise UsageError naming every wrong one.

    What is not said: daily at 07:00 UTC, English, approved by itself, open to everybody.
    """
    name = str(given.get("name"))
    blank = Newsletter(
        id=0,
        slug=slug,
        name=name,
        description=f"The latest from {name}.",
        sender=parse_address("missing@example.org"),  # never seen: without one the faults are
        reply_to=None,
        postal_address="",
        language="en",
        schedule=Schedule(Rhythm.DAILY, 7 * 60, 0, "UTC"),
        approval=Approval.AUTOMATIC,
        max_stories=12,
        public=True,
        created_at=now,
    )
    faults = [f"--{option} is missing" for option in ("name", "sender") if not given.get(option)]
    if SLUG.fullmatch(slug) is None:
        faults.insert(0, f"{slug!r} is not a short name: small letters, digits, hyphens, up to 63")
    return changed(blank, given, faults)


def changed(
    newsletter: Newsletter, given: Mapping[str, object], faults: Sequence[str] = ()
) -> Newsletter:
    """Return the newsletter with the options applied; raise UsageError naming every wrong one."""
    options = _Options(given, list(faults))
    schedule = newsletter.schedule
    wanted = replace(
        newsletter,
        name=options.take("name", _line, newsletter.name),
        sender=options.take("sender", parse_address, newsletter.sender),
        reply_to=options.take(
            "reply_to", lambda text: parse_address(text) if text else None, newsletter.reply_to
        ),
        description=options.take("description", _line, newsletter.description),
        postal_address=options.take("postal_address", _line, newsletter.postal_address),
        language=options.take("language", _language, newsletter.language),
        approval=options.take("approval", _word(Approval), newsletter.approval),
        max_stories=options.take("max_stories", _max_stories, newsletter.max_stories),
        min_stories=options.take("min_stories", _max_stories, newsletter.min_stories),
        rules=changed_rules(newsletter.rules, given),
        public=options.take("public", lambda text: text == "True", newsletter.public),
        accent=options.take("accent", _accent, newsletter.accent),
        pictures=options.take("pictures", lambda text: text == "True", newsletter.pictures),
        feedback=options.take("feedback", lambda text: text == "True", newsletter.feedback),
        schedule=Schedule(
            rhythm=options.take("rhythm", _word(Rhythm), schedule.rhythm),
            minute_of_day=options.take("at", minute_of_day, schedule.minute_of_day),
            weekday=options.take("weekday", _weekday, schedule.weekday),
            zone=options.take("zone", lambda name: zone_named(name).key, schedule.zone),
        ),
    )
    if options.faults:
        raise wrong_options(options.faults)
    return wanted


@dataclass
class _Options:
    """The options given, and what is wrong with them."""

    given: Mapping[str, object]
    faults: list[str] = field(default_factory=list)

    def take(self, option: str, read: Callable[[str], T], known: T) -> T:
        """Return what was given, read, or what is known; note what cannot be read."""
        value = self.given.get(option)
        if value is None:
            return known
        try:
            return read(str(value))
        except (ValueError, MailerError) as why:
            self.faults.append(fault(option, why))
            return known


def _line(text: str) -> str:
    line = text.strip()
    if not line or not line.isprintable() or len(line) > LONGEST_LINE:
        raise ValueError(f"one line of 1 to {LONGEST_LINE} characters")
    return line


def _accent(text: str) -> str | None:
    return accent(text).light if text else None


def _language(text: str) -> str:
    if LANGUAGE.fullmatch(text) is None:
        raise ValueError(f"{text!r} is not a language tag, like en or pt-BR")
    return text


def _word(kind: type[Word]) -> Callable[[str], Word]:
    def read(text: str) -> Word:
        try:
            return kind(text.lower())
        except ValueError as why:
            raise ValueError(f"{text!r} is not one of {', '.join(kind)}") from why

    return read


def minute_of_day(text: str) -> int:
    """Return the minute of an hour like 07:00; raise ValueError."""
    found = AT.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not an hour like 07:00")
    return int(found[1]) * 60 + int(found[2])


def _weekday(text: str) -> int:
    if text.lower() not in WEEKDAYS:
        raise ValueError(f"{text!r} is not one of {', '.join(WEEKDAYS)}")
    return WEEKDAYS.index(text.lower())


def _max_stories(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or not 1 <= int(text) <= MOST_STORIES:
        raise ValueError(f"{text!r} is not a number from 1 to {MOST_STORIES}")
    return int(text)
