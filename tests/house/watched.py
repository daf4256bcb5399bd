"""The `maca` command with somebody at the door: whatever would leave this machine is written down and stopped."""

import os
import sys
from pathlib import Path
from typing import Any

SEEN = Path(os.environ["WATCHED_FILE"])
LEAVING = {
    "socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.sendmsg", "urllib.Request",
    "smtplib.connect", "http.client.connect", "ftplib.connect", "subprocess.Popen", "os.system",
}  # fmt: skip


def watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event not in LEAVING:
        return
    if event == "socket.connect" and isinstance(arguments[1], str):
        return  # a socket of this machine, by its path
    with SEEN.open("a") as file:
        file.write(f"{event} {arguments!r}\n")
    raise PermissionError(f"{event} would leave this machine")


if __name__ == "__main__":
    sys.addaudithook(watch)
    from maca.config.command import main

    main()
