"""A stand-in for one of the demo's programs: says it started, answers 200, and waits."""

import os
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path


class Answering(BaseHTTPRequestHandler):
    """Answers everything."""

    def do_GET(self) -> None:
        """Say that all is well."""
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


def main(name: str) -> None:
    """Note the start and what was given, then serve."""
    given = ("DATABASE_URL", "VALKEY_URL", "SITE_MODE", "INSTAINSTRU_DEMO", "PROD_DATABASE_URL")
    words = [f"{name} {os.getpid()}", *(f"{each}={os.environ.get(each)}" for each in given)]
    with (Path(os.environ["DATA_DIR"]) / "starts").open("a") as file:
        file.write("|".join(words) + "\n")
    port = int(os.environ["PORT"]) if name == "api" else 0
    HTTPServer(("127.0.0.1", port), Answering).serve_forever()


if __name__ == "__main__":
    main(sys.argv[1])
