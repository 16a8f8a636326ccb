"""Every error the program raises on purpose.

    MailerError                 message for a person, data as attributes, help line
    ├─ ConfigError              faults: every wrong setting at once
    ├─ UsageError               what was asked for cannot be done as it was asked
    ├─ AddressError             text, reason
    ├─ TokenError               a link that is not ours
    │  └─ TokenExpired
    ├─ MoveError                a table of moves refuses
    ├─ FeedError                url, reason
    │  ├─ FetchError            temporary: whether waiting may help
    │  └─ FormatError           what came is no feed
    ├─ PictureError             reason: no file of ours can be made of it
    ├─ RenderError              template, line
    ├─ BrowserError             no browser, or one that does not draw
    ├─ EditionStopped           edition, reasons: checks hold it
    ├─ CatalogueError           file, line: no PO file
    ├─ HeaderError              a header value that would be unsafe on the wire
    ├─ DeliveryError
    │  ├─ RelayAway             no conversation could be opened; nothing was sent
    │  ├─ LoginRefused          the relay did not take our credentials
    │  └─ ConversationLost      the line went dead before an answer
    ├─ NeverMailed              the owner of an address wants no mail
    ├─ MailUnderWay             a person cannot be erased while a mail to them is being sent
    ├─ JobBroken                job, step: an error of ours, and the log says where
    ├─ PortTaken                host, port
    ├─ DemoError                a step of the demo did not happen, or not as it must
    └─ StoreError               temporary: whether waiting may help
       ├─ SchemaError           found, wanted
       ├─ NotFound              kind, name
       └─ Conflict             kind, name

An expected outcome (a 550 for one reader, a feed that says 304) is a value, never an error.
"""

from collections.abc import Sequence
from dataclasses import dataclass


class MailerError(Exception):
    """Something went wrong that a person can understand."""

    temporary = False  # whether waiting, with nothing else changed, may cure it

    def __init__(self, message: str, *, help: str | None = None) -> None:  # noqa: A002 - the word for it
        super().__init__(message)
        self.help = help


THE_FILE = "the file"  # the place of a fault that is no single setting's


@dataclass(frozen=True, slots=True)
class Fault:
    """One wrong setting: where it stands and what is wrong with it."""

    setting: str
    reason: str

    def __str__(self) -> str:
        return f"{self.setting}: {self.reason}"


class ConfigError(MailerError):
    """The settings cannot be used; every fault is named at once."""

    def __init__(self, faults: Sequence[Fault], *, source: str) -> None:
        self.faults = tuple(faults)
        if {fault.setting for fault in faults} == {THE_FILE}:
            super().__init__(f"{source} {faults[0].reason}")
            return
        count = "1 wrong setting" if len(faults) == 1 else f"{len(faults)} wrong settings"
        lines = "".join(f"\n  {fault}" for fault in faults)
        super().__init__(
            f"{source}: {count}{lines}",
            help="config.example.toml names every setting with its default",
        )


class UsageError(MailerError):
    """What was asked for cannot be done as it was asked."""


class AddressError(MailerError, ValueError):
    """The text is not an e-mail address that mail can be sent to."""

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(reason)
        self.text = text
        self.reason = reason


class TokenError(MailerError, ValueError):
    """The link was not made by this installation, or not for this purpose."""


class TokenExpired(TokenError):
    """The link was ours, and its time is over."""


class MoveError(MailerError):
    """A state cannot be left for that other state."""

    def __init__(self, what: str, found: str, wanted: str) -> None:
        super().__init__(f"{what} is {found} and cannot become {wanted}")
        self.what = what
        self.found = found
        self.wanted = wanted


class FeedError(MailerError):
    """A feed gave nothing that can be used."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"{url}: {reason}")
        self.url = url
        self.reason = reason


class FetchError(FeedError):
    """The feed could not be fetched."""

    def __init__(self, url: str, reason: str, *, temporary: bool = True) -> None:
        super().__init__(url, reason)
        self.temporary = temporary


class FormatError(FeedError):
    """What came back is not a feed."""


class PictureError(MailerError):
    """No picture that we could show can be made of what came."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class RenderError(MailerError):
    """A template could not be filled."""

    def __init__(self, template: str, reason: str, *, line: int | None = None) -> None:
        where = template if line is None else f"{template}, line {line}"
        super().__init__(f"{where}: {reason}")
        self.template = template
        self.reason = reason
        self.line = line


class BrowserError(MailerError):
    """A page could not be drawn."""


class EditionStopped(MailerError):
    """The checks hold an edition: nobody should get it like this."""

    def __init__(self, edition: int, reasons: Sequence[str]) -> None:
        lines = "".join(f"\n  {reason}" for reason in reasons)
        super().__init__(
            f"edition {edition} is stopped by the checks:{lines}",
            help=f"Mend that, or send it all the same: mailer editions approve {edition} --despite",
        )
        self.edition = edition
        self.reasons = tuple(reasons)


class CatalogueError(MailerError):
    """A file of translations cannot be read."""

    def __init__(self, file: str, line: int, text: str) -> None:
        super().__init__(f"languages/{file}, line {line}: {text!r} is not part of a PO file")
        self.file = file
        self.line = line


class HeaderError(MailerError, ValueError):
    """A header's value would break out of its line, or could not be read by a receiver."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"header {name}: {reason}")
        self.name = name
        self.reason = reason


class DeliveryError(MailerError):
    """The relay could not be used; no reader is at fault."""

    temporary = True


class RelayAway(DeliveryError, ConnectionError):
    """No conversation could be opened. Nothing was sent."""


class LoginRefused(DeliveryError):
    """The relay did not take our credentials, or not on an unprotected line. Nothing was sent."""


class ConversationLost(DeliveryError, ConnectionError):
    """The line went dead, or fell silent, before the answer came."""


class NeverMailed(MailerError):
    """The owner of the address does not want to hear of us."""

    def __init__(self, who: str) -> None:
        super().__init__(
            f"{who} is never mailed, at the wish of its owner",
            help="whoever was erased can sign up anew by the form; nobody can do it for them",
        )


class MailUnderWay(MailerError):
    """A mail to this person is just being sent; in a moment it is not."""

    temporary = True

    def __init__(self, who: str) -> None:
        super().__init__(f"a mail to {who} is being sent", help="try again in a minute")


class JobBroken(MailerError):
    """A step of a job met what it was not written for."""

    def __init__(self, job: str, step: str) -> None:
        super().__init__(
            f"job {job}: an error of ours in “{step}”",
            help="the log has the line job.broken, with where it was; please report it",
        )
        self.job = job
        self.step = step


class PortTaken(MailerError):
    """Another program listens where we wanted to."""

    def __init__(self, host: str, port: int, setting: str) -> None:
        super().__init__(
            f"port {port} on {host} is taken by another program",
            help=f"stop that program, or choose another port: {setting}",
        )
        self.host = host
        self.port = port


class DemoError(MailerError):
    """A step of the demo did not happen, or not as it must."""


class StoreError(MailerError):
    """The database did not do what was asked; nothing of it was kept."""

    def __init__(
        self,
        message: str,
        *,
        temporary: bool = False,
        help: str | None = None,  # noqa: A002 - as in MailerError
    ) -> None:
        super().__init__(message, help=help)
        self.temporary = temporary


class SchemaError(StoreError):
    """The database is at another version than this program."""

    def __init__(self, found: str | None, wanted: str, place: str) -> None:
        if found is None:
            super().__init__(
                f"there is nothing of mailer in the database {place}",
                help="if that is the right one (see [database] url and [site] data_dir), `mailer db"
                " upgrade` makes its tables",
            )
        elif found < wanted:
            super().__init__(
                f"the database {place} is at version {found}, this program needs {wanted}",
                help="take a backup, then run `mailer db upgrade`",
            )
        else:
            super().__init__(
                f"the database {place} is at version {found}; this program knows {wanted} at most",
                help="install the newer program again, or restore the backup from before it",
            )
        self.found = found
        self.wanted = wanted


class NotFound(StoreError):
    """There is no such thing."""

    def __init__(self, kind: str, name: object, *, help: str | None = None) -> None:  # noqa: A002 - as above
        super().__init__(f"there is no {kind} {name}", help=help)
        self.kind = kind
        self.name = name


class Conflict(StoreError):
    """There is one already."""

    def __init__(self, kind: str, name: object) -> None:
        super().__init__(f"there is a {kind} {name} already")
        self.kind = kind
        self.name = name
