"""Months of readers changing their minds: each article reaches each of them exactly once.

The verbs are the real ones, on a real SQLite file. Most examples read from the ledger what leaves,
which takes a fifth of the time; in some what counts is what a real SMTP server took.
`MAILER_RHYTHM_EXAMPLES` makes it longer, for a night.
"""

import os
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from mailer.address import parse_address
from mailer.delivery.model import DeliveryState, Job, Settlement
from mailer.delivery.process import this_process
from mailer.editions.calendar import local_date
from mailer.editions.model import EditionState, Rhythm, TopicSection
from mailer.jobs.run import run_job
from mailer.rendering.model import Page, Variant
from mailer.store.appointments import Hour
from mailer.subscribers.model import State, Subscription
from mailer.subscribers.preferences import Wishes
from tests.fakes.clock import StandingClock
from tests.feeds.samples import a_draft
from tests.system.conftest import a_world
from tests.system.world import World

# Before clocks change in Europe, and in Chile; and where the year does.
BEGINNINGS = [
    datetime(*day, tzinfo=UTC)
    for day in ((2026, 10, 20), (2026, 12, 26), (2027, 3, 25), (2027, 8, 31))
]
HOURS = (7 * 60, 7 * 60 + 30, 9 * 60, 23 * 60 + 30)  # few: readers are to meet in one wave
READERS = tuple(f"reader{number}@example.org" for number in range(3))
ZONES = ("Europe/Berlin", "Europe/Berlin", "America/Santiago", "Pacific/Apia")
RHYTHMS = (
    *(Rhythm.DAILY, Rhythm.DAILY, Rhythm.AT_ONCE),
    *(Rhythm.WEEKDAYS, Rhythm.WEEKLY, Rhythm.MONTHLY),
)
SOON = timedelta(minutes=5)
SECTIONS = ("World", "Sport", "Arts")  # the feed's own, and two by topic
STORY = re.compile(r"Story (\d+)z")
NIGHTLY = "MAILER_RHYTHM_EXAMPLES"
EXAMPLES = int(os.environ.get(NIGHTLY, "40"))
STEPS = 50

readers = st.sampled_from(READERS)
waits = st.sampled_from([timedelta(minutes=20), *(timedelta(hours=h) for h in (1, 5, 13, 30, 100))])
wishes = st.builds(
    Wishes,
    rhythm=st.sampled_from(RHYTHMS),
    days=st.sets(st.integers(0, 6), min_size=1, max_size=3).map(tuple),
    minute_of_day=st.sampled_from(HOURS),
    zone=st.sampled_from(ZONES),
)
choices = st.sets(st.sampled_from(SECTIONS), max_size=2).map(tuple)


class Readers(RuleBasedStateMachine):
    """Three readers, one newsletter, and a clock that only goes forward."""

    world: World  # one for all examples: each begins with an empty database
    begin: Callable[[], None]  # makes it so

    def __init__(self) -> None:
        super().__init__()
        self.begin()
        self.world.newsletter(max_stories=100)
        with self.world.mailer.store.write() as tx:
            for name in SECTIONS[1:]:
                tx.sections.put(1, TopicSection(name, (name.lower(),)))
        self.told: Counter[tuple[str, int]] = Counter()
        self.owed: dict[str, set[int]] = {}  # by reader: what they are to get, sooner or later
        # What may come and need not: they chose otherwise before it came.
        self.maybe: dict[str, set[int]] = {}
        self.chosen: dict[str, tuple[str, ...]] = {}
        self.joined: dict[str, int] = {}
        self.ties: dict[str, int] = {}
        self.section: dict[int, str] = {}
        self.published, self.heard = 0, len(self.world.relay.messages)

    @initialize(begin=st.sampled_from(BEGINNINGS))
    def wake(self, begin: datetime) -> None:
        self.world.clock.set(begin)
        for address in READERS:
            self.join(address)

    @property
    def now(self) -> datetime:
        return self.world.clock.now()

    def tie(self, address: str) -> Subscription:
        with self.world.mailer.store.read() as tx:
            return tx.subscriptions.by_id(self.ties[address])

    def wants(self, address: str, number: int) -> bool:
        chosen = self.chosen[address]
        return not chosen or self.section[number] in chosen

    @rule(section=st.sampled_from(SECTIONS))
    def publish(self, section: str) -> None:
        self.published += 1
        self.section[self.published] = section
        key = f"https://harbour.example/{self.published}"
        title = f"Story {self.published}z"
        topics = (section.lower(),)
        draft = a_draft(key, title=title, published_at=self.now, html="", topics=topics)
        with self.world.mailer.store.write() as tx:
            tx.articles.keep(1, [draft], self.now)
        for address, owed in self.owed.items():
            if self.wants(address, self.published):
                owed.add(self.published)

    def digests(self) -> None:
        """Do what the job does, without the looks at pages and pictures that change nothing here.

        A page is the list of its stories' headlines.
        """
        mailer = self.world.mailer
        mailer.preferences.due()
        mailer.compose.due()
        with mailer.store.read() as tx:
            drafts = tx.editions.drafts_due(self.now)
        for draft in drafts:
            mailer.approve.approve(draft.id, despite=True)
        mailer.plan.due()
        with mailer.store.write() as tx:
            for edition_id, variant in tx.pages.missing():
                view = mailer.pages.view(tx, tx.editions.by_id(edition_id), variant)
                told = " ".join(story.title for story in view.stories)
                tx.pages.keep(edition_id, variant, Page("", "", told), self.now)

    def mails(self) -> list[tuple[str, str]]:
        """Let everything leave that may, and return to whom, and what it says."""
        with self.world.mailer.store.write() as tx:
            sender = tx.senders.register(this_process(), self.now, self.now + timedelta(days=1))
            jobs = {job.id: job for job in tx.deliveries.claim(sender, self.now, 100)}
            started = [jobs[key] for key in sorted(tx.deliveries.start(sender, list(jobs)))]
            found, ends = DeliveryState.SENDING, DeliveryState.SENT
            settled = [Settlement(job.id, found, ends, 1, settled_at=self.now) for job in started]
            tx.deliveries.settle(sender, settled)
            pages = [tx.pages.get(job.edition_id or 0, variant_of(job)) for job in started]
        return [
            (job.recipient.text, page.text)
            for job, page in zip(started, pages, strict=True)
            if page is not None
        ]

    @rule(wait=waits)
    def plan(self, wait: timedelta) -> None:
        self.world.clock.advance(wait)
        self.digests()

    @rule(address=readers, late=st.sampled_from([timedelta(0), timedelta(minutes=50)]))
    def turn(self, address: str, late: timedelta) -> None:
        """Something is new, and a reader's hour comes; nothing is sent yet."""
        self.publish(SECTIONS[self.published % len(SECTIONS)])
        found = self.tie(address)
        due = found.next_due_at
        if due is None and found.state is State.ACTIVE:  # reads at once
            due = self.now + SOON
        if due is not None:
            self.world.clock.set(max(self.now, due + late))
            self.digests()

    @rule(address=readers)
    def turn_and_mail(self, address: str) -> None:
        self.turn(address, timedelta(0))
        self.send()

    @rule()
    def send(self) -> None:
        for address, text in self.mails():
            assert self.tie(address).state is State.ACTIVE
            numbers = set(map(int, STORY.findall(text)))
            assert numbers <= self.owed[address] | self.maybe[address]
            self.told.update((address, number) for number in numbers)

    @rule(address=readers, wished=wishes)
    def edit(self, address: str, wished: Wishes) -> None:
        before = self.tie(address)
        if before.state is State.LEFT:
            return
        after = self.world.mailer.preferences.edit(before.id, wished)
        if after.next_due_at is not None and after.schedule != before.schedule:
            with self.world.mailer.store.read() as tx:
                had = tx.ledger_reports.digests_of(before.subscriber_id, 1)
            assert after.next_due_at > self.now
            if had and "T" not in had[0].slot:
                assert after.next_slot is not None
                assert after.next_slot > had[0].slot

    @rule(address=readers, wished=wishes)
    def edit_right_after_a_mail(self, address: str, wished: Wishes) -> None:
        """The date has had its digest, and another hour or zone would give it a second one."""
        self.turn_and_mail(address)
        self.edit(address, wished)

    @rule(address=readers, sections=choices)
    def choose(self, address: str, sections: tuple[str, ...]) -> None:
        """What is new since their last mail follows the choice; what that passed over is over."""
        found = self.tie(address)
        if found.state is State.LEFT:
            return
        self.world.mailer.preferences.edit(found.id, Wishes(sections=sections))
        self.chosen[address] = sections
        coming = set(range(found.watermark + 1, self.published + 1))
        unwanted = {number for number in self.owed[address] if not self.wants(address, number)}
        self.maybe[address] |= unwanted
        self.owed[address] -= unwanted
        self.owed[address] |= {number for number in coming if self.wants(address, number)}
        # A mail that is planned and does not leave is taken back: then it follows the choice too.
        before = range(self.joined[address] + 1, found.watermark + 1)
        self.maybe[address] |= {number for number in before if self.wants(address, number)}

    @rule(address=readers, days=st.integers(1, 20))
    def pause(self, address: str, days: int) -> None:
        found = self.tie(address)
        if found.state is not State.LEFT:
            today = local_date(self.now, found.schedule.zone)
            self.world.mailer.preferences.pause(found.id, today + timedelta(days=days))

    @rule(address=readers)
    def resume(self, address: str) -> None:
        if self.tie(address).state is State.PAUSED:
            self.world.mailer.preferences.resume(self.tie(address).id)

    @rule(address=readers)
    def leave(self, address: str) -> None:
        self.world.mailer.signup.unsubscribe(parse_address(address))
        self.owed.pop(address, None)

    @rule(address=readers)
    def join(self, address: str) -> None:
        if address in self.owed:
            return
        made = self.world.mailer.signup.add("brief", parse_address(address))
        self.ties[address] = made.id
        self.chosen[address], self.joined[address] = made.sections, made.watermark
        coming = range(made.watermark + 1, self.published + 1)
        self.owed[address] = {number for number in coming if self.wants(address, number)}
        self.maybe[address] = set()

    @rule()
    def freeze(self) -> None:
        with self.world.mailer.store.read() as tx:
            newest = tx.editions.newest(limit=1)
        if newest and newest[0].state is EditionState.APPROVED:
            self.world.mailer.approve.freeze(newest[0].id)

    @invariant()
    def nothing_is_told_twice(self) -> None:
        assert not self.told or max(self.told.values()) == 1

    @invariant()
    def a_date_has_one_digest_and_dates_go_forward(self) -> None:
        with self.world.mailer.store.read() as tx:
            for key in self.ties.values():
                person = tx.subscriptions.by_id(key).subscriber_id
                newest_first = [one.slot for one in tx.ledger_reports.digests_of(person, 300)]
                dates = [slot for slot in newest_first if "T" not in slot]
                assert dates == sorted(set(dates), reverse=True)
                assert len(set(newest_first)) == len(newest_first)

    @invariant()
    def nobody_is_due_before_an_appointment_says_so(self) -> None:
        with self.world.mailer.store.read() as tx:
            for address in self.owed:
                tie = tx.subscriptions.by_id(self.ties[address])
                if tie.next_due_at is not None:
                    hours = tx.appointments.came(tie.next_due_at, tie.newsletter_id)
                    assert Hour(tie.newsletter_id, tie.schedule) in hours

    def teardown(self) -> None:
        self.all_reaches_everybody()

    def all_reaches_everybody(self) -> None:
        for address in self.owed:
            self.resume(address)
        waiting: list[Subscription] = []
        for _ in range(100):
            waiting = [
                self.tie(address)
                for address, owed in self.owed.items()
                if any(not self.told[address, number] for number in owed)
            ]
            if not waiting:
                return
            turns = [tie.next_due_at or self.now + SOON for tie in waiting]
            self.world.clock.set(max(self.now, min(turns)))
            self.digests()
            self.send()
            self.nothing_is_told_twice()
        raise AssertionError(f"{len(waiting)} readers wait for ever")


class MailedReaders(Readers):
    """The same, by way of the whole program and of SMTP."""

    def digests(self) -> None:
        run_job(self.world.mailer, "digests")

    def mails(self) -> list[tuple[str, str]]:
        self.world.mailer.send.until_done()
        new, self.heard = self.world.relay.messages[self.heard :], len(self.world.relay.messages)
        return [(message.recipients[0], message.content.decode()) for message in new]


def variant_of(job: Job) -> Variant:
    return Variant(job.since, job.language, job.apart)


@pytest.fixture
def quick_folder() -> Iterator[Path]:
    """A folder in memory where there is one: what a disk has to say is not asked here."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


@pytest.mark.timeout(60 * 60 * 12)
@pytest.mark.parametrize(
    ("machine", "examples"), [(Readers, EXAMPLES), (MailedReaders, max(3, EXAMPLES // 20))]
)
def test_each_article_reaches_each_active_reader_exactly_once(
    migrated_file: Path, quick_folder: Path, machine: type[Readers], examples: int
) -> None:
    """The program is built once: its statements and templates are compiled once, too."""
    database, clock = quick_folder / "mailer.db", StandingClock(BEGINNINGS[0])
    with a_world(f"sqlite:///{database}", clock, quick_folder) as world:

        def begin() -> None:
            world.mailer.store.close()
            for old in quick_folder.glob("mailer.db*"):
                old.unlink()
            shutil.copy(migrated_file, database)
            clock.set(BEGINNINGS[0])

        machine.world, machine.begin = world, staticmethod(begin)
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=examples,
                stateful_step_count=STEPS,
                deadline=None,
                derandomize=NIGHTLY not in os.environ,  # the same ones for each change
                phases=(Phase.explicit, Phase.reuse, Phase.generate),  # shrinking takes an hour
                suppress_health_check=list(HealthCheck),
            ),
        )
