"""A web application on a port of this machine, in threads of this process."""

import socket
from threading import Thread
from typing import Self

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from mailer.errors import PortTaken

HOST = "127.0.0.1"


class QuietRequests(WSGIRequestHandler):
    """Serves without a line on standard error for each request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing: what the demo prints is for a person."""


class Served:
    """One running application; leaving its `with` ends it. Port 0 takes a free one."""

    def __init__(self, app: Flask, port: int = 0) -> None:
        # Bound here, since werkzeug prints and leaves the program when a port is taken.
        try:
            listener = socket.create_server((HOST, port))
        except OSError as why:
            raise PortTaken(HOST, port, "the demo's ports") from why
        with listener:  # the server keeps a copy
            self.port = int(listener.getsockname()[1])
            self._server = make_server(
                HOST,
                self.port,
                app,
                threaded=True,
                request_handler=QuietRequests,
                fd=listener.fileno(),
            )
        self.url = f"http://{HOST}:{self.port}"
        self._thread = Thread(target=self._server.serve_forever, args=(0.1,), daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
