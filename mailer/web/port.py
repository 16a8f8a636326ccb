"""Whether the port is free, asked before anything is started for it."""

import socket

from mailer.config.settings import WebSettings
from mailer.errors import PortTaken


def check_port(settings: WebSettings) -> None:
    """Raise PortTaken when another program listens there: gunicorn would only try again."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as why:
            raise PortTaken(settings.host, settings.port, "[web] port") from why
