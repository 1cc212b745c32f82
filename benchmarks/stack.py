"""Run the demo's platform as a benchmark wants it: more API processes, quiet logs, a trusted proxy.

`python -m benchmarks.stack DATA_DIR PORT INSTRUCTORS WORKERS`; ends when it is told to.
"""

import sys
from pathlib import Path

from entrypoints.supervisor.demo import Demo, run


def main() -> None:
    """Prepare, start and supervise everything until a signal comes."""
    data, port, instructors, workers = sys.argv[1:5]
    cli = (sys.executable, "-m", "entrypoints.cli")
    demo = Demo(
        data_dir=Path(data),
        port=int(port),
        extra={
            "HTTP_WORKERS": workers,
            "THREADS": "8",
            "LOG_LEVEL": "warning",
            # Each client of the load generator says its own address: the limiter does its whole
            # work, and nobody is limited.
            "TRUSTED_PROXIES": "127.0.0.1/32",
        },
        prepare=((*cli, "migrate"), (*cli, "seed", "--instructors", instructors)),
    )
    run(demo, say=_say, greet=lambda url, _: _say(f"ready at {url}"))


def _say(news: str) -> None:
    sys.stdout.write(news + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
