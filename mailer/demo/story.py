"""`mailer demo --once`: the whole story through the doors that people and programs use."""

from collections.abc import Callable, Mapping
from time import monotonic, sleep

from mailer.address import parse_address
from mailer.demo.articles import Outlet
from mailer.demo.checks import Check, confirmation, digest, headlines, unmet
from mailer.demo.stage import NEWSLETTER, Stage
from mailer.demo.visitor import Answer, find_form, get
from mailer.errors import DemoError, MailerError
from mailer.inbox.letters import Letter
from mailer.inbox.one_click import press
from mailer.subscribers.model import State, Subscription

ARTICLE = "/island-notes/ferry-deal-after-nine-hours"  # told by two of the outlets
REPUBLISHED = "Ferry operators and unions agree a deal after nine hours of talks"
ORIGINAL = "/harbour-post/ferry-deal-after-nine-hours"
PUBLISHER = "Harbour Post"
DOMAIN = "strait.example"
LEAVER = "ada@example.org"
STAYER = "ben@example.org"
TYPED = "Buy watches at http://spam.example"  # what a robot writes into every field it finds

LOOKED_WITHIN = 30.0  # seconds
MAIL_WITHIN = 30.0  # seconds
DIGEST_WITHIN = 90.0  # a minute until it is due, and time to send it
SETTLED_WITHIN = 20.0
LOOK_EVERY = 0.2

Say = Callable[[str], None]


def play(stage: Stage, say: Say) -> bool:
    """Go through the story and tell each step; return whether every one of them held."""
    story = TwoReaders(stage)
    began = monotonic()
    for number, (title, step) in enumerate(story.steps(), 1):
        try:
            stage.require_running()
            said = step()
        except MailerError as why:
            say(f"✗ {number:2}. {title}: {why}")
            return False
        say(f"✓ {number:2}. {title}: {said}")
    say(f"Every step held, in {monotonic() - began:.0f} seconds.")
    return True


class TwoReaders:
    """Both readers join, one of them leaves."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._first_answer: Answer | None = None
        self._confirmations: dict[str, Letter] = {}
        self._digests: dict[str, Letter] = {}
        self._left_after = 0  # the newest letter when the leaver left

    def steps(self) -> list[tuple[str, Callable[[], str]]]:
        """Return what happens, in order: what to call it, and the doing, which says what held."""
        return [
            ("sign up on the sample site", self.sign_up),
            ("a confirmation mail arrives", self.receive_confirmations),
            ("opening its link changes nothing", self.open_links),
            ("articles are gathered over HTTP", self.gather),
            ("pressing the button confirms", self.confirm),
            ("a digest arrives in its minute", self.receive_digests),
            ("signing up again tells nothing", self.sign_up_again),
            ("one-click unsubscribe works", self.leave),
            ("no further mail", self.receive_no_more),
            ("the ledger adds up", self.audit),
        ]

    def sign_up(self) -> str:
        """Both use a form that they find in a page of the site."""
        self._first_answer = self._subscribe(LEAVER, ARTICLE, ".nl--box form")
        other = self._subscribe(STAYER, "/", ".nl--bar form")
        _require(
            Check("the article box's form was taken", self._first_answer.status == 200),
            Check("the footer's form was taken", other.status == 200),
        )
        return "article box and footer form, posted to another origin without a script, both 200"

    def receive_confirmations(self) -> str:
        page = f"{self._stage.at.web}/confirm/"
        for reader in (LEAVER, STAYER):
            letter = self._wait_for_letter(reader, "confirmation", MAIL_WITHIN, after=0)
            self._confirmations[reader] = letter
            _require(*confirmation(letter, page, TYPED))
        return "two parts, one link, Auto-Submitted, nothing typed in it but the address"

    def open_links(self) -> str:
        """A scanner opens every link of a mail, and is nobody's consent."""
        before = self._subscription(LEAVER)
        for method in ("GET", "HEAD", "GET"):
            answer = get(self._confirm_link(LEAVER), method=method)
            _require(Check(f"{method} is answered with the page", answer.status == 200))
        after = self._subscription(LEAVER)
        _require(
            Check("still waiting to be confirmed", after.state is State.PENDING),
            Check("no field of the subscription changed", after == before),
        )
        return "GET, HEAD, GET: 200 each, and still pending"

    def gather(self) -> str:
        outlets = self._stage.newsroom.outlets.values()
        for outlet in outlets:
            self._wait_for_look(outlet, 200)
        _wait_until(self._all_gathered, MAIL_WITHIN, "every story that was out is in the store")
        for outlet in outlets:
            self._wait_for_look(outlet, 304)
        formats = ", ".join(outlet.format for outlet in outlets)
        return f"{len(outlets)} feeds ({formats}) over HTTP; a second look was answered 304"

    def confirm(self) -> str:
        for reader in (LEAVER, STAYER):
            page = get(self._confirm_link(reader))
            answer = find_form(page, "form").submit()
            found = self._subscription(reader)
            _require(
                Check("the POST is answered with 200", answer.status == 200),
                Check("the subscription is active", found.state is State.ACTIVE),
                Check("a first digest is due", found.next_due_at is not None),
            )
        return "POST 200, active, and due with the next minute"

    def receive_digests(self) -> str:
        for reader in (LEAVER, STAYER):
            since = self._confirmations[reader].id
            letter = self._wait_for_letter(reader, "digest", DIGEST_WITHIN, after=since)
            self._digests[reader] = letter
            _require(*self._digest_checks(letter))
        letter = self._digests[LEAVER]
        told = headlines(letter, self._stage.newsroom.published(self._stage.clock.now()))
        _require(
            Check("it holds what both newsrooms told, once", told.count(REPUBLISHED) == 1),
            Check("and leads to whoever published it first", ORIGINAL in (letter.html or "")),
            Check("with their name", PUBLISHER in (letter.html or "")),
            Check("in the text part too", ORIGINAL in (letter.text or "")),
            Check("it has stories of every section", self._sections(told) == 3),
        )
        return (
            f"“{letter.subject}”, {len(told)} stories, {letter.size:,} bytes, headers and both"
            " parts as they must be; the republished story once, credited"
        )

    def sign_up_again(self) -> str:
        """Whoever asks about an address learns nothing, whatever its state."""
        first = self._first_answer
        again = self._subscribe(LEAVER, ARTICLE, ".nl--box form")
        _require(
            Check("the same status", first is not None and again.status == first.status),
            Check("the same answer, byte for byte", first is not None and again.body == first.body),
        )
        told = self._wait_for_letter(LEAVER, "notice", MAIL_WITHIN, after=self._digests[LEAVER].id)
        return f"the same {len(again.body)} bytes as at first; “{told.subject}” came by mail"

    def leave(self) -> str:
        """Press a provider's button twice: they do, when their first try was not answered."""
        url = self._digests[LEAVER].one_click or ""
        answers = [press(url), press(url)]
        _require(
            *(
                Check(
                    f"press {number} is answered 200 (it was {answer.status})", answer.status == 200
                )
                for number, answer in enumerate(answers, 1)
            ),
            Check("the subscription has ended", self._subscription(LEAVER).state is State.LEFT),
        )
        self._wait_until_settled()
        self._left_after = self._stage.box.all()[0].id
        return "POST without cookie or redirect, 200 and again 200"

    def receive_no_more(self) -> str:
        """The other reader's next digest is the proof that a round has passed."""
        first = self._digests[STAYER]
        second = self._wait_for_letter(STAYER, "digest", DIGEST_WITHIN, after=first.id)
        self._wait_until_settled()
        stories = self._stage.newsroom.published(self._stage.clock.now())
        to_the_leaver = [
            letter
            for letter in self._stage.box.all()
            if letter.id > self._left_after and LEAVER in letter.recipients
        ]
        repeated = set(headlines(first, stories)) & set(headlines(second, stories))
        _require(
            *self._digest_checks(second),
            Check("nothing came to the one who left", not to_the_leaver),
            Check("the next digest repeats no story", not repeated),
        )
        return f"the other reader got “{second.subject}”, the one who left got nothing"

    def audit(self) -> str:
        audits = self._wait_until_settled()
        log = self._stage.log.read_text("utf-8", "replace")
        planned, sent = (sum(audit[key] for audit in audits) for key in ("planned", "sent"))
        _require(
            *(Check(f"edition {audit['edition_id']} adds up", _adds_up(audit)) for audit in audits),
            Check("every digest that was owed was sent", planned == sent > 0),
            Check("as many as came", sent == self._count_digests()),
            Check("the log names no address", LEAVER not in log and STAYER not in log),
            Check("the log holds no traceback", "Traceback" not in log),
        )
        return f"{planned} digests owed, {sent} sent, {sent} came; no address in the log"

    def _subscribe(self, address: str, path: str, selector: str) -> Answer:
        page = get(self._stage.at.site + path)
        form = find_form(page, selector)
        _require(
            Check("the page is there", page.status == 200),
            Check("the form is sent to another origin", form.crosses_origins),
        )
        once_more = find_form(form.submit(email=address, name=TYPED), ".signup form")
        _require(Check("the address need not be typed again", once_more.fields["email"] == address))
        return once_more.submit()

    def _subscription(self, address: str) -> Subscription:
        with self._stage.mailer.store.read() as tx:
            newsletter = tx.newsletters.by_slug(NEWSLETTER)
            person = tx.subscribers.by_address(parse_address(address))
            found = tx.subscriptions.find(person.id, newsletter.id)
        if found is None:
            raise DemoError("the signup left no subscription")
        return found

    def _confirm_link(self, reader: str) -> str:
        page = f"{self._stage.at.web}/confirm/"
        return next(link for link in self._confirmations[reader].links if link.startswith(page))

    def _digest_checks(self, letter: Letter) -> list[Check]:
        stories = self._stage.newsroom.published(self._stage.clock.now())
        return digest(letter, stories, self._stage.at.web, DOMAIN)

    def _sections(self, titles: list[str]) -> int:
        stories = self._stage.newsroom.published(self._stage.clock.now())
        return len({story.outlet.section for story in stories if story.title in titles})

    def _wait_for_look(self, outlet: Outlet, status: int) -> None:
        _wait_until(
            lambda: self._stage.looks.of(outlet.slug, status) > 0,
            LOOKED_WITHIN,
            f"a look at the feed of {outlet.name} is answered {status}",
        )

    def _all_gathered(self) -> bool:
        out = self._stage.newsroom.published(self._stage.opened_at)
        with self._stage.mailer.store.read() as tx:
            newsletter = tx.newsletters.by_slug(NEWSLETTER)
            kept = tx.articles.window(newsletter.id, 0, tx.articles.newest_arrival())
        return {story.title for story in out} <= {article.title for article in kept}

    def _wait_for_letter(self, reader: str, what: str, within: float, *, after: int) -> Letter:
        def wanted(letter: Letter) -> bool:
            is_digest = bool(letter.header("List-Unsubscribe"))
            return (
                letter.id > after
                and reader in letter.recipients
                and is_digest == (what == "digest")
            )

        found = self._stage.box.wait_for(wanted, within)
        if found is None:
            self._stage.require_running()
            said = self._stage.log_tail()
            raise DemoError(f"no {what} came to {reader} within {within:.0f} seconds{said}")
        return found

    def _wait_until_settled(self) -> list[Mapping[str, int]]:
        """Wait until no digest is between two states; return how each edition stands."""
        deadline = monotonic() + SETTLED_WITHIN
        while True:
            audits = self._audits()
            if not any(audit["open"] for audit in audits):
                return audits
            if monotonic() > deadline:
                raise DemoError(f"mails were still open after {SETTLED_WITHIN:.0f} seconds")
            sleep(LOOK_EVERY)

    def _audits(self) -> list[Mapping[str, int]]:
        found = self._stage.command("deliveries", "audit")
        if not isinstance(found, list):
            raise DemoError("`mailer deliveries audit --json` is no list of editions")
        return found

    def _count_digests(self) -> int:
        return sum(bool(letter.header("List-Unsubscribe")) for letter in self._stage.box.all())


def _adds_up(audit: Mapping[str, int]) -> bool:
    ended = ("sent", "refused", "given_up", "skipped", "in_doubt", "open")
    return audit["planned"] == sum(audit[state] for state in ended)


def _require(*checks: Check) -> None:
    """Raise DemoError naming every point that did not hold."""
    missing = unmet(checks)
    if missing:
        raise DemoError("; ".join(f"not so: {what}" for what in missing))


def _wait_until(question: Callable[[], bool], within: float, what: str) -> None:
    deadline = monotonic() + within
    while not question():
        if monotonic() > deadline:
            raise DemoError(f"waited {within:.0f} seconds until {what}")
        sleep(LOOK_EVERY)
