"""What a check found."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What a finding, or a whole report, means for the send."""

    STOP = "stop"  # nobody gets it like this
    LOOK = "look"  # somebody should, and may let it go
    READY = "ready"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be."""

    rule: str  # sizes, links, pictures, contrast, …
    verdict: Verdict
    message: str


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that was found, and what was measured."""

    findings: tuple[Finding, ...]
    size: int  # bytes of HTML, a reader's values filled in
    score: float  # of 100: how much of what the mail uses the readers' clients support
    word: float  # the same for Outlook on Windows alone
    contrast: float  # the smallest of any text in any colours; 21 at most

    @property
    def verdict(self) -> Verdict:
        """The gravest of the findings."""
        found = {finding.verdict for finding in self.findings}
        return next((grave for grave in Verdict if grave in found), Verdict.READY)

    @property
    def stops(self) -> tuple[Finding, ...]:
        """What holds the send."""
        return tuple(one for one in self.findings if one.verdict is Verdict.STOP)
