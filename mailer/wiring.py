"""Every part made once, by hand, and put where it belongs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mailer import resources
from mailer.address import Address, parse_address
from mailer.checks.inspect import Inspect
from mailer.clock import Clock, SystemClock
from mailer.config.settings import FeedSettings, OperatorMail, Settings, SiteSettings
from mailer.delivery.alert import Alert
from mailer.delivery.canary import Canary
from mailer.delivery.exchanges import Exchanges
from mailer.delivery.inform import Inform
from mailer.delivery.plan import Plan
from mailer.delivery.preview import Preview
from mailer.delivery.send import Send
from mailer.delivery.smtp_relay import relays
from mailer.delivery.steer import Steer
from mailer.editions.approve import Approve
from mailer.editions.compose import Compose
from mailer.editions.forecast import Forecast
from mailer.editions.retract import Retract
from mailer.editions.urgent import Urgent
from mailer.feeds.check import Check
from mailer.feeds.discover import Discover
from mailer.feeds.fetch import Fetch
from mailer.feeds.gather import Gather
from mailer.feeds.recheck import Recheck
from mailer.links import Links
from mailer.message.sign import Signers
from mailer.message.signing_key import SigningKey, load_keys
from mailer.pictures.illustrate import Illustrate
from mailer.rendering.pages import Pages
from mailer.rendering.render import Render
from mailer.rendering.templates import Templates
from mailer.store.database import Store
from mailer.subscribers.by_mail import ByMail
from mailer.subscribers.feedback import Feedback
from mailer.subscribers.leave_later import LeaveLater
from mailer.subscribers.moving import Moving
from mailer.subscribers.parked import ParkedLeavings
from mailer.subscribers.preferences import Preferences
from mailer.subscribers.privacy import Privacy
from mailer.subscribers.private_feed import PrivateFeed
from mailer.subscribers.signup import Signup
from mailer.subscribers.watch import Watch
from mailer.tokens import Keyring


@dataclass(frozen=True, slots=True)
class Mailer:
    """The whole program: what a door is given."""

    settings: Settings
    clock: Clock
    store: Store
    keyring: Keyring
    links: Links
    templates: Templates
    pages: Pages
    inspect: Inspect
    signup: Signup
    leave_later: LeaveLater
    watch: Watch
    preferences: Preferences
    privacy: Privacy
    moving: Moving
    private_feed: PrivateFeed
    by_mail: ByMail
    feedback: Feedback
    gather: Gather
    check: Check
    discover: Discover
    compose: Compose
    urgent: Urgent
    recheck: Recheck
    illustrate: Illustrate
    retract: Retract
    forecast: Forecast
    approve: Approve
    plan: Plan
    canary: Canary
    alert: Alert
    inform: Inform
    render: Render
    send: Send
    steer: Steer
    preview: Preview
    signing_keys: Sequence[SigningKey]


def build(settings: Settings, clock: Clock | None = None) -> Mailer:
    """Make the program from its settings. Opens nothing but the database, and that when asked."""
    clock = clock or SystemClock()
    store = Store(settings.database_url)
    keyring = Keyring([secret.value for secret in settings.site.secret_key])
    links = _links(settings.site, keyring)
    templates = Templates(resources.folder("templates") / "email", settings.site.theme)
    pages = Pages(store, templates, links)
    inspect = Inspect(store, pages, links)
    signing_keys = load_keys(settings.dkim)
    signers = Signers(signing_keys)
    return Mailer(
        settings=settings,
        clock=clock,
        store=store,
        keyring=keyring,
        links=links,
        templates=templates,
        pages=pages,
        inspect=inspect,
        signup=Signup(store, clock, keyring, settings.signup),
        leave_later=LeaveLater(store, clock, keyring, _parked(settings.site)),
        watch=Watch(store, clock, keyring, settings.signup, _told_of_signups(settings.site)),
        preferences=Preferences(store, clock),
        privacy=Privacy(store, clock, keyring),
        moving=Moving(store, clock, keyring),
        private_feed=PrivateFeed(store, clock, keyring),
        by_mail=ByMail(store, clock, keyring),
        feedback=Feedback(store, clock, keyring),
        discover=Discover(Fetch(settings.feeds), clock),
        gather=Gather(store, clock, Fetch(settings.feeds), settings.feeds),
        check=Check(store, clock, Fetch(settings.feeds)),
        compose=Compose(store, clock, settings.jobs.grace),
        urgent=Urgent(store, clock, settings.jobs.grace),
        recheck=Recheck(store, clock, Fetch(settings.feeds), settings.feeds),
        illustrate=Illustrate(store, clock, Fetch(_for_pictures(settings)), settings.pictures),
        retract=Retract(store, clock),
        forecast=Forecast(store, clock),
        approve=Approve(store, clock, inspect),
        plan=Plan(store, clock, settings.delivery),
        canary=Canary(store, clock, settings.delivery),
        alert=Alert(store, clock),
        inform=_inform(store, clock, keyring, links, settings.site),
        render=Render(store, clock, pages),
        send=_send(store, clock, settings, templates, links, signers),
        steer=Steer(store, clock),
        preview=Preview(store, clock, links, signers),
        signing_keys=signing_keys,
    )


def _parked(site: SiteSettings) -> ParkedLeavings:
    return ParkedLeavings(site.data_dir / "leavings.parked")


def _told_of_signups(site: SiteSettings) -> Address | None:
    return site.operator if OperatorMail.SIGNUPS in site.operator_mails else None


def _inform(
    store: Store, clock: Clock, keyring: Keyring, links: Links, site: SiteSettings
) -> Inform:
    return Inform(store, clock, keyring, links, site.operator, site.operator_mails)


def _links(site: SiteSettings, keyring: Keyring) -> Links:
    leave = None if site.leave_address is None else parse_address(site.leave_address)
    return Links(site.base_url, keyring, leave, privacy=site.privacy_url)


def _for_pictures(settings: Settings) -> FeedSettings:
    """Return how pictures are fetched: as feeds are, with a limit of their own."""
    return replace(settings.feeds, max_bytes=settings.pictures.max_bytes)


def _send(
    store: Store,
    clock: Clock,
    settings: Settings,
    templates: Templates,
    links: Links,
    signers: Signers,
) -> Send:
    return Send(
        store,
        clock,
        relays(settings.relay),
        templates,
        links,
        signers,
        Exchanges(settings.delivery.nameservers),
        settings.delivery,
    )
