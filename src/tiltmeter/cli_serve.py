"""The verb `serve`: the live page on this machine, or with a token on a network."""

from __future__ import annotations

import ipaddress
import os
import secrets
from pathlib import Path
from typing import Annotated

import typer

from tiltmeter.errors import SettingsError


def serve(
    host: Annotated[
        str, typer.Option(help="Address to listen at; anything but this machine's own needs a token.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 8765,
    name: Annotated[
        list[str] | None, typer.Option(help="A name under which the server is reached; may be repeated.")
    ] = None,
    token: Annotated[
        str | None,
        typer.Option(envvar="TILTMETER_TOKEN", help="What every request must carry; made up where one is needed."),
    ] = None,
) -> None:
    """The live page with map, evidence, the reading of articles, and an HTTP API; on this machine by default."""
    from tiltmeter.serve.app import application
    from tiltmeter.serve.guard import LOOPBACK
    from tiltmeter.serve.run import run

    local = _local(host)
    if token is None and not local:
        token = secrets.token_urlsafe(24)
    if token and (len(token) < 16 or not token.isascii() or not token.isprintable() or set(token) & set(' ;,"\\')):
        raise SettingsError(
            "the token is too short or has characters that a cookie cannot hold",
            mend="use 16 letters and digits or more, or leave it out and take the one that is made up",
        )
    folder = Path(os.environ.get("TILTMETER_WORKSPACE") or ".")
    shown = f"[{host}]" if ":" in host else host
    hosts = (LOOPBACK if local else frozenset[str]()) | {shown} | {one.lower() for one in name or ()}
    app = application(folder, hosts=hosts, token=token or "")

    def ready(at: int) -> None:
        address = f"http://{(name or [shown])[0]}:{at}/"
        typer.echo(f"{address}{f'?token={token}' if token else ''}")
        typer.echo("stop it with Ctrl-C", err=True)

    run(app, host=host, port=port, ready=ready)


def _local(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError as error:
        raise SettingsError(
            f"not an address: {host}", mend="write an IP address such as 127.0.0.1 or 0.0.0.0"
        ) from error
