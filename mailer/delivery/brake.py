"""Stops a newsletter whose mails are refused too often: more of the same would ruin its name."""

from collections import Counter, deque

from mailer.delivery.model import DeliveryState

LOOKED_AT = 200  # the newest answers
ENOUGH = 20  # answers, of which anything can be said
LEAST = 5  # refusals: three dead addresses on a short list are no alarm


class Brake:
    """Counts how the newest mails of each newsletter ended."""

    def __init__(self, percent: int) -> None:
        """`percent` of refusals is the limit; 0: there is none."""
        self._percent = percent
        self._answers: dict[int, deque[bool]] = {}
        self._refused: Counter[int] = Counter()

    def heard(self, newsletter_id: int, state: DeliveryState) -> str | None:
        """Count an answer; return why the newsletter is to be paused, once, if it is."""
        if not self._percent or state not in {DeliveryState.SENT, DeliveryState.REFUSED}:
            return None
        answers = self._answers.setdefault(newsletter_id, deque())
        refused = state is DeliveryState.REFUSED
        answers.append(refused)
        self._refused[newsletter_id] += refused
        if len(answers) > LOOKED_AT:
            self._refused[newsletter_id] -= answers.popleft()
        count = self._refused[newsletter_id]
        if not refused or len(answers) < ENOUGH or count < LEAST:
            return None
        if count * 100 <= self._percent * len(answers):
            return None
        told = f"{count} of the last {len(answers)} mails were refused"
        answers.clear()  # resumed, it is judged by what comes then
        self._refused[newsletter_id] = 0
        return told
