"""Every setting: one frozen dataclass a TOML table, a type and a default a field.

config.example.toml explains each of them; a test holds the two together.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated

from mailer.address import Address

Network = IPv4Network | IPv6Network


class Tls(StrEnum):
    """How the line to a relay is protected."""

    STARTTLS = "starttls"  # asked for in the clear, then required
    IMPLICIT = "implicit"  # from the first byte (RFC 8314)
    NONE = "none"


class WhenInDoubt(StrEnum):
    """Which way to err when a sender died between a message and its answer."""

    MISS = "miss"
    REPEAT = "repeat"


class Taken(StrEnum):
    """Whether addresses of a doubtful kind may sign up."""

    TAKE = "take"
    REFUSE = "refuse"


class ProofOfWork(StrEnum):
    """When a form costs whoever sends it a moment of computing."""

    OFF = "off"
    ON = "on"
    AUTO = "auto"  # under attack, by itself


class OperatorMail(StrEnum):
    """What the operator may be told by mail."""

    SIGNUPS = "signups"  # a newsletter takes none for a while
    WAITING = "waiting"  # an edition needs somebody's word
    SENT = "sent"  # an edition has gone out, in figures
    REFUSED = "refused"  # so much that a newsletter is paused
    NOTHING = "nothing"  # to send


class LogLevel(StrEnum):
    """From which level on a line is written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogStyle(StrEnum):
    """How a log line is written."""

    PLAIN = "plain"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Between:
    """The least and the greatest number that a setting may have."""

    least: int
    most: int


Port = Annotated[int, Between(1, 65535)]


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that is never printed."""

    value: str

    def __repr__(self) -> str:
        return "Secret(…)"

    def __str__(self) -> str:
        return "…"


NAMED = {
    timedelta(seconds=1): "a second",
    timedelta(minutes=1): "a minute",
    timedelta(hours=1): "an hour",
    timedelta(days=1): "a day",
    timedelta(weeks=1): "a week",
}


@dataclass(frozen=True, slots=True)
class Limit:
    """So many messages in a time, as a provider says it: "30 a minute"."""

    count: int
    period: timedelta

    def __str__(self) -> str:
        return f"{self.count:,} {NAMED[self.period]}"


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """`[site]`: who this installation is."""

    secret_key: tuple[Secret, ...]  # newest first; older ones go on being believed
    base_url: str = "http://127.0.0.1:8080"  # every link in every mail begins with it
    name: str = "Mailer"
    data_dir: Path = Path("data")  # relative to the configuration file
    security_contact: str | None = None  # an address or a page, for /.well-known/security.txt
    privacy_url: str | None = None  # the owner's notice; forms and digests lead to it
    leave_address: str | None = None  # whose mail goes to `mailer receive`; None: there is none
    operator: Address | None = None  # is told by mail what needs a person
    operator_mails: tuple[OperatorMail, ...] = tuple(OperatorMail)  # and of that, this
    theme: Path | None = None  # templates of mails that stand before ours; relative as well


@dataclass(frozen=True, slots=True)
class DatabaseSettings:
    """`[database]`: where everything is kept."""

    url: Secret | None = None  # None: the file mailer.db in site.data_dir


@dataclass(frozen=True, slots=True)
class WebSettings:
    """`[web]`: the pages and the form."""

    host: str = "127.0.0.1"
    port: Port = 8080
    threads: Annotated[int, Between(1, 256)] = 32
    trusted_proxies: tuple[Network, ...] = ()
    allowed_origins: tuple[str, ...] = ("*",)


@dataclass(frozen=True, slots=True)
class SignupSettings:
    """`[signup]`: what the form takes, and how much of it."""

    per_network: tuple[Limit, ...] = (Limit(60, timedelta(hours=1)),)
    per_domain: tuple[Limit, ...] = (Limit(1_000, timedelta(hours=1)),)
    in_all: tuple[Limit, ...] = (Limit(3_000, timedelta(hours=1)),)
    least_seconds: Annotated[int, Between(0, 60)] = 2  # to fill the form in
    role_addresses: Taken = Taken.TAKE
    disposable_addresses: Taken = Taken.TAKE
    refused_domains: tuple[str, ...] = ()
    mixed_scripts: Taken = Taken.TAKE
    proof_of_work: ProofOfWork = ProofOfWork.AUTO
    unanswered: Annotated[int, Between(0, 1_000_000)] = 200  # confirmations; 0: never mind
    welcome: bool = False  # a mail to whoever has confirmed


@dataclass(frozen=True, slots=True)
class RelaySettings:
    """`[[relay]]`: a server that takes our mail."""

    name: str
    host: str
    port: Port = 587
    tls: Tls = Tls.STARTTLS
    username: str | None = None
    password: Secret | None = None
    token: Secret | None = None  # OAuth 2 access token, instead of a password
    connections: Annotated[int, Between(1, 500)] = 4
    messages_per_connection: Annotated[int, Between(0, 1_000_000)] = 0  # 0: no end
    weight: Annotated[int, Between(0, 1_000)] = 1  # 0: only when no other relay is there
    limits: tuple[Limit, ...] = ()
    warm_up: Annotated[int, Between(0, 1_000_000)] = 0  # messages of the first day; 0: none
    verify: bool = True  # False only for a relay of your own with a certificate nobody signed


@dataclass(frozen=True, slots=True)
class DkimSettings:
    """`[[dkim]]`: a key that signs the mails of a domain, and of those below it."""

    domain: str
    selector: str
    key: Secret  # PEM


@dataclass(frozen=True, slots=True)
class DeliverySettings:
    """`[delivery]`: how mail leaves."""

    in_flight_limit: Annotated[int, Between(1, 10_000)] = 100
    when_in_doubt: WhenInDoubt = WhenInDoubt.MISS
    give_up_after: timedelta = timedelta(days=5)
    lease: timedelta = timedelta(seconds=15)
    refusals_limit: Annotated[int, Between(0, 100)] = 10  # per cent; 0: there is none
    canary: Annotated[int, Between(0, 100_000)] = 0  # readers; 0: all get it at once
    canary_addresses: tuple[str, ...] = ()
    canary_wait: timedelta = timedelta(minutes=10)
    nameservers: tuple[str, ...] = ()  # none: those of the machine
    processes: Annotated[int, Between(1, 64)] = 1


@dataclass(frozen=True, slots=True)
class FeedSettings:
    """`[feeds]`: how feeds are looked at."""

    interval: timedelta = timedelta(minutes=15)
    timeout: timedelta = timedelta(seconds=30)
    max_bytes: Annotated[int, Between(10_000, 100_000_000)] = 5_000_000
    allow_networks: tuple[Network, ...] = ()
    ports: tuple[int, ...] = (80, 443)
    first_articles: Annotated[int, Between(0, 1_000)] = 20
    look_again_seconds: Annotated[int, Between(0, 600)] = 20  # in all; 0: nobody looks


@dataclass(frozen=True, slots=True)
class PictureSettings:
    """`[pictures]`: how stories get theirs."""

    wait_seconds: Annotated[int, Between(0, 600)] = 20  # an edition, in all; 0: there are none
    max_bytes: Annotated[int, Between(100_000, 100_000_000)] = 10_000_000
    max_pixels: Annotated[int, Between(100_000, 200_000_000)] = 40_000_000


@dataclass(frozen=True, slots=True)
class LoggingSettings:
    """`[logging]`: what is told to standard error."""

    level: LogLevel = LogLevel.INFO
    style: LogStyle = LogStyle.PLAIN


@dataclass(frozen=True, slots=True)
class JobSettings:
    """`[jobs]`: the clock."""

    tick: timedelta = timedelta(seconds=20)
    grace: timedelta = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Settings:
    """All tables of one configuration file."""

    site: SiteSettings
    database: DatabaseSettings = field(default_factory=DatabaseSettings)
    web: WebSettings = field(default_factory=WebSettings)
    signup: SignupSettings = field(default_factory=SignupSettings)
    relay: tuple[RelaySettings, ...] = ()
    dkim: tuple[DkimSettings, ...] = ()
    delivery: DeliverySettings = field(default_factory=DeliverySettings)
    feeds: FeedSettings = field(default_factory=FeedSettings)
    pictures: PictureSettings = field(default_factory=PictureSettings)
    logging: LoggingSettings = field(default_factory=LoggingSettings)
    jobs: JobSettings = field(default_factory=JobSettings)

    @property
    def database_url(self) -> str:
        """The address of the database, the default worked out."""
        if self.database.url is not None:
            return self.database.url.value
        return f"sqlite:///{self.site.data_dir / 'mailer.db'}"
