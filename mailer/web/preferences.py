"""The page behind a mailed link on which a reader chooses when and how a newsletter comes.

GET shows what holds, POST changes it; a link works for seven days, because a mail may be forwarded.
"""

from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from datetime import date, time, timedelta
from hashlib import sha256

from flask import render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from mailer.editions.calendar import local_date
from mailer.editions.model import Newsletter, Rhythm
from mailer.errors import MoveError, UsageError
from mailer.languages.catalogue import N_, catalogue, spoken
from mailer.languages.dates import weekday_names
from mailer.subscribers.model import Subscription
from mailer.subscribers.preferences import A_DAY_HAS, LONGEST_PAUSE, Wishes
from mailer.subscribers.signup import Glimpse
from mailer.web.language import words
from mailer.web.zones import zones
from mailer.wiring import Mailer

PAUSE = timedelta(weeks=4)  # what the page proposes
OFFERED = {
    Rhythm.AT_ONCE: N_("As soon as something is new"),
    Rhythm.DAILY: N_("Every day"),
    Rhythm.WEEKDAYS: N_("From Monday to Friday"),
    Rhythm.WEEKLY: N_("Every week"),
    Rhythm.MONTHLY: N_("Every month"),
}
NO_DAY = N_("Choose one day of the week at least.")
NO_PAUSE = N_("A pause ends on a day after today, within a year.")


def preferences_page(
    mailer: Mailer, glimpse: Glimpse, *, kept: bool = False, error: str | None = None
) -> str:
    """Show what a reader has chosen, and the forms to choose otherwise."""
    found, newsletter = glimpse.subscription, glimpse.newsletter
    now = mailer.clock.now()
    minute, zone = found.schedule.minute_of_day, found.schedule.zone
    today = local_date(now, zone)
    headings = _headings(mailer, newsletter)
    return render_template(
        "preferences.html",
        glimpse=glimpse,
        newsletter=newsletter,
        kept=kept,
        error=error,
        # What was chosen without a day stays chosen, so that only the day is to be added.
        rhythm=Rhythm.WEEKLY if error and _lacks_day(request.form) else found.schedule.rhythm,
        days=() if error and _lacks_day(request.form) else found.schedule.days,
        rhythms=rhythms(found),
        weekdays=weekday_names(words()),
        minutes=sorted({*range(0, A_DAY_HAS, 60), minute}),
        zones=zones(now, zone),
        languages=_languages(glimpse),
        headings=headings if len(headings) > 1 else {},
        proposes_zone=zone == newsletter.schedule.zone,  # whoever chose one is not asked again
        pause_from=today + timedelta(days=1),
        pause_to=today + LONGEST_PAUSE - timedelta(days=1),
        pause_until=today + PAUSE,
        leave_url=mailer.links.leave(found.id, now),
        why_url=mailer.links.why(request.path),
        feed_url=None
        if found.feed_since is None
        else mailer.links.feed(found.id, found.feed_since),
    )


def change(mailer: Mailer, glimpse: Glimpse) -> ResponseReturnValue:
    """Do what the pressed button says; 422 and the page again for what cannot be done.

    The caller shows the page anew: what it returns is the answer only when it was refused.
    """
    found = glimpse.subscription
    preferences = mailer.preferences
    act, error = request.form.get("act"), None
    try:
        match act:
            case "keep":
                error = NO_DAY if _lacks_day(request.form) else None
                wishes = _wishes(
                    request.form,
                    rhythms(found),
                    _languages(glimpse),
                    _headings(mailer, glimpse.newsletter),
                )
                preferences.edit(found.id, wishes)
            case "pause":
                error = NO_PAUSE
                preferences.pause(found.id, date.fromisoformat(request.form.get("until", "")))
            case "resume":
                preferences.resume(found.id)
            case "feed":
                mailer.private_feed.open(found.id)
            case "no-feed":
                mailer.private_feed.close(found.id)
            case _:
                return preferences_page(mailer, glimpse), 422
    except (UsageError, MoveError, ValueError):
        said = None if error is None else words().gettext(error)
        return preferences_page(mailer, glimpse, error=said), 422
    return ""


def _headings(mailer: Mailer, newsletter: Newsletter) -> dict[str, str]:
    """Return a newsletter's headings by short names: whole ones would be a long page's weight."""
    with mailer.store.read() as tx:
        found = tx.sections.headings(newsletter.id)
    return {urlsafe_b64encode(sha256(name.encode()).digest())[:6].decode(): name for name in found}


def _lacks_day(form: MultiDict[str, str]) -> bool:
    return form.get("rhythm") == Rhythm.WEEKLY and not form.getlist("day")


def _wishes(
    form: MultiDict[str, str],
    offered: Sequence[tuple[str, str]],
    languages: Sequence[tuple[str, str]],
    headings: Mapping[str, str],
) -> Wishes:
    """Return what a form asks for; raise ValueError or UsageError for what it cannot."""
    rhythm, language = Rhythm(form.get("rhythm", "")), form.get("language", "")
    if rhythm not in dict(offered):
        raise UsageError("that rhythm is not offered")
    if language not in dict(languages):
        raise UsageError("that language is not offered")
    hour = time.fromisoformat(form.get("hour", ""))
    # What is no heading now, because it was renamed since the page was shown, is refused as such.
    chosen = [headings.get(key, key) for key in form.getlist("section")]
    return Wishes(
        rhythm=rhythm,
        days=[int(day) for day in form.getlist("day")] if rhythm is Rhythm.WEEKLY else None,
        minute_of_day=hour.hour * 60 + hour.minute,
        zone=form.get("zone", ""),
        language=language,
        urgent="urgent" in form,
        sections=chosen if "sections" in form else None,
        text_only=form.get("form") == "text",
    )


def rhythms(found: Subscription) -> Sequence[tuple[str, str]]:
    """Return the rhythms a reader may choose, and what is said of each."""
    offered = dict(OFFERED)
    if found.schedule.rhythm is Rhythm.MINUTELY:  # the demo's: it stays what it is
        offered = {Rhythm.MINUTELY: "1 min", **OFFERED}
    return [(rhythm.value, words().gettext(said)) for rhythm, said in offered.items()]


def _languages(glimpse: Glimpse) -> Sequence[tuple[str, str]]:
    """Return tags and names of the languages a reader may choose; "" is the newsletter's."""
    own, offered = glimpse.subscription.language, dict.fromkeys(spoken())
    if own is not None:
        offered[own] = None
    named = sorted(((tag, name_of(tag)) for tag in offered), key=lambda one: one[1].casefold())
    default = words().gettext("The newsletter's: %(language)s")
    return [("", default % {"language": name_of(glimpse.newsletter.language)}), *named]


def name_of(tag: str) -> str:
    """Return a language's name in that language, or its tag when it has no words here."""
    found = catalogue(tag)
    known = found.language.partition("-")[0] == tag.lower().partition("-")[0]
    return found.pgettext("the name of this language", "English") if known else tag
