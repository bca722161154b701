"""Runs the application: opens the port, says so, and ends in order."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

from tiltmeter.errors import SettingsError


def run(app: Any, *, host: str, port: int, ready: Callable[[int], None]) -> None:
    """
    Serve until a signal ends it: running requests are finished, then processes are ended.

    Args:
        app: The application.
        host: Address.
        port: Port; 0 takes a free one.
        ready: Told the port when it is open.

    Raises:
        SettingsError: The port cannot be opened.
    """
    import uvicorn

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind((host, port))
    except OSError as error:
        opened.close()
        raise SettingsError(
            f"port {port} cannot be opened: {error.strerror}", mend="choose another with --port, or 0 for a free one"
        ) from error
    opened.listen(128)
    ready(opened.getsockname()[1])
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, server_header=False, date_header=True, lifespan="on",
        timeout_keep_alive=15, timeout_graceful_shutdown=8, limit_concurrency=400, ws="none", proxy_headers=False,
    )  # fmt: skip
    uvicorn.Server(config).run(sockets=[opened])
