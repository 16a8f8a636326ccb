"""Stops what is refused too often: more of the same would ruin a newsletter's name."""

from collections import defaultdict, deque
from enum import Enum, auto

from mailer.delivery.model import Wave

LOOKED_AT = 200  # the newest answers
ENOUGH = 20  # answers, of which anything can be said
LEAST = 5  # refusals: three dead addresses on a short list are no alarm


class Brake:
    """Counts how the newest mails of each newsletter ended."""

    def __init__(self, percent: int) -> None:
        """`percent` of refusals is the limit; 0: there is none."""
        self._percent = percent
        self._answers: dict[int, deque[bool]] = defaultdict(lambda: deque(maxlen=LOOKED_AT))

    def taken(self, newsletter_id: int) -> None:
        """Count an answer that was a yes."""
        self._answers[newsletter_id].append(False)

    def refused(self, newsletter_id: int) -> str | None:
        """Count a refusal; return why the newsletter is to be paused, once, if it is."""
        answers = self._answers[newsletter_id]
        answers.append(True)
        count = sum(answers)
        if not self._percent or len(answers) < ENOUGH or count < LEAST:
            return None
        if count * 100 <= self._percent * len(answers):
            return None
        told = f"{count} of the last {len(answers)} mails were refused"
        answers.clear()  # resumed, it is judged by what comes then
        return told


class Verdict(Enum):
    """What the mails that went first say about all the others."""

    WAIT = auto()
    GO = auto()
    STOP = auto()


def verdict(wave: Wave, percent: int, *, waited: bool) -> Verdict:
    """Judge an edition by its canary wave; `percent` of refusals is the limit, 0: there is none.

    It stops as soon as nothing that is still to come could change that. It goes on once the wave
    was `waited` for and has ended, or half of it is answered: one slow server keeps nobody waiting.
    """
    over = wave.open == 0
    if percent and wave.refused * 100 > percent * (wave.answered if over else wave.size):
        return Verdict.STOP
    if not wave.size or not waited:
        return Verdict.WAIT
    if over and not wave.answered:
        return Verdict.STOP
    if not over and wave.answered * 2 < wave.size:
        return Verdict.WAIT
    many = percent and wave.refused * 100 > percent * wave.answered
    return Verdict.STOP if many else Verdict.GO


def cause(wave: Wave, words: str | None) -> str:
    """Say why an edition was stopped; `words` are those of one server that refused."""
    if not wave.answered:
        return f"none of the {wave.size} mails that went first was answered"
    told = f": {words}" if words else ""
    return f"{wave.refused} of the {wave.answered} mails that went first were refused{told}"
