"""Whether this process lives, and whether it can do its work."""

import logging

from flask import Blueprint, Response, jsonify

from mailer.errors import StoreError
from mailer.store.version import version
from mailer.wiring import Mailer

log = logging.getLogger(__name__)


class Health:
    """Two addresses for whoever watches over services."""

    def __init__(self, mailer: Mailer) -> None:
        self._mailer = mailer

    def blueprint(self) -> Blueprint:
        made = Blueprint("health", __name__, url_prefix="/health")
        made.add_url_rule("/live", view_func=self.live)
        made.add_url_rule("/ready", view_func=self.ready)
        return made

    def live(self) -> Response:
        """Answer: that is all there is to say."""
        return jsonify({"status": "live"})

    def ready(self) -> tuple[Response, int]:
        """Say whether the database answers and has this program's tables."""
        try:
            current = version(self._mailer.store).current
            reason = None if current else "the database is at another version"
        except StoreError as why:
            log.warning("health.not_ready", extra={"reason": str(why)})
            reason = "the database cannot be used"  # where it is, is nobody's business
        if reason is None:
            return jsonify({"status": "ready"}), 200
        return jsonify({"status": "not ready", "reason": reason}), 503
