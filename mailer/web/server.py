"""gunicorn, embedded: one worker process with threads, and no file of its own settings."""

import gc
import logging
import sys
from collections.abc import Callable, Mapping

from flask import Flask
from gunicorn.app.base import BaseApplication

from mailer.config.settings import WebSettings
from mailer.web.port import check_port
from mailer.web.worker import Worker

TURN = 0.001  # seconds that one thread computes while another waits to; Python's own are 0.005
STROKE = 0.05  # seconds: signups are answered at its multiples, whatever their addresses' state

log = logging.getLogger(__name__)


def serve(settings: WebSettings, make_app: Callable[[], Flask]) -> None:
    """Answer requests until SIGTERM or SIGINT, then finish those under way. Raises PortTaken.

    The application is made in the worker process: a database connection does not survive a fork.
    """
    check_port(settings)
    log.info("web.listening", extra={"host": settings.host, "port": settings.port})
    _Gunicorn(make_app, _options(settings)).run()


def _options(settings: WebSettings) -> Mapping[str, object]:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return {
        "bind": f"{host}:{settings.port}",
        "worker_class": Worker,
        "workers": 1,
        "threads": settings.threads,
        "graceful_timeout": 20,
        "loglevel": "warning",
        "control_socket_disable": True,
        "proc_name": "mailer-serve",
    }


class _Gunicorn(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn with our application and our options."""

    def __init__(self, make_app: Callable[[], Flask], options: Mapping[str, object]) -> None:
        self._make_app = make_app
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Flask:
        app = self._make_app()
        # What is there now stays: looking through all of it for rubbish kept everybody waiting.
        gc.collect()
        gc.freeze()
        sys.setswitchinterval(TURN)
        return app
