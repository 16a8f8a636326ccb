"""The schema, as this program wants it. `migrations/` says how a database gets there.

Times are stored in UTC. States are words, checked by the database. Every promise that must hold
with two programs running at once is a constraint here, not a lock somewhere else.
"""

from mailer.store.schema.articles import arrival, article
from mailer.store.schema.base import Id, metadata
from mailer.store.schema.editions import correction, edition, page, piece, told
from mailer.store.schema.jobs import job_run
from mailer.store.schema.ledger import (
    answer,
    correction_owed,
    delivery,
    memo,
    pause,
    receiver,
    relay,
    relay_use,
    sender,
)
from mailer.store.schema.newsletters import feed, newsletter, section, source
from mailer.store.schema.people import (
    address_change,
    appointment,
    consent_event,
    consent_wording,
    subscriber,
    subscription,
    suppression,
)
from mailer.store.schema.pictures import illustration, picture
from mailer.store.schema.search import piece_search
from mailer.store.schema.signup import form_use, signup_alarm, signup_use

__all__ = [
    "Id",
    "address_change",
    "answer",
    "appointment",
    "arrival",
    "article",
    "consent_event",
    "consent_wording",
    "correction",
    "correction_owed",
    "delivery",
    "edition",
    "feed",
    "form_use",
    "illustration",
    "job_run",
    "memo",
    "metadata",
    "newsletter",
    "page",
    "pause",
    "picture",
    "piece",
    "piece_search",
    "receiver",
    "relay",
    "relay_use",
    "section",
    "sender",
    "signup_alarm",
    "signup_use",
    "source",
    "subscriber",
    "subscription",
    "suppression",
    "told",
]
