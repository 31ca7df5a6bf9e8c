"""A PostgreSQL server of its own for tests: in a folder of its own, on loopback, on a free port."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

OLDEST = 15


class NoServer(Exception):
    """Why no server can be had here."""


def programs():
    """The folder of initdb and pg_ctl, of the newest server that is installed."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    beside = [Path(found).resolve().parent for name in ("pg_ctl",) if (found := shutil.which(name))]
    for folder in (*folders, *beside):
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            said = subprocess.run([folder / "initdb", "--version"], capture_output=True, text=True, check=True).stdout
            if int(said.split()[-1].split(".")[0].split("(")[0]) >= OLDEST:
                return folder
    raise NoServer(f"no PostgreSQL server {OLDEST} or newer is installed")


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@contextmanager
def server(within=None):
    """A running server, its data in a folder within another; yields the URL of its databases, without their names."""
    folder = programs()
    home = Path(tempfile.mkdtemp(prefix="hzcert-pg-", dir=within))
    words = {"cwd": home, "capture_output": True, "text": True}
    if os.geteuid() == 0:  # the server refuses to run as root
        try:
            somebody = next(pwd.getpwnam(name) for name in ("postgres", "nobody") if name in _users())
        except StopIteration:
            raise NoServer("there is no user to run a server as") from None
        os.chown(home, somebody.pw_uid, somebody.pw_gid)
        words |= {"user": somebody.pw_uid, "group": somebody.pw_gid, "extra_groups": []}
    data, port = home / "data", free_port()
    try:
        made = subprocess.run(
            [folder / "initdb", "-D", data, "-U", "hz", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
            check=False,
            **words,
        )
        if made.returncode:
            raise NoServer(f"initdb: {made.stderr.strip()}")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={home} -c fsync=off"
        start = [folder / "pg_ctl", "-D", data, "-l", home / "log", "-w", "-t", "60", "-o", options, "start"]
        started = subprocess.run(
            start, check=False, **(words | {"capture_output": False, "stdout": subprocess.DEVNULL})
        )
        if started.returncode:
            raise NoServer(f"pg_ctl: {(home / 'log').read_text()}")
        try:
            yield f"postgresql+psycopg://hz@127.0.0.1:{port}/"
        finally:
            subprocess.run([folder / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop"], check=True, **words)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _users():
    return {each.pw_name for each in pwd.getpwall()}
