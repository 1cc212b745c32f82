"""Run the Python examples of a document, in order, as one program: they must not lie.

Usage: python tools/run_readme.py README.md
"""

import re
import sys
from pathlib import Path

_EXAMPLE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def main(path: Path) -> int:
    """Run them; a document without any is an error, too."""
    examples = _EXAMPLE.findall(path.read_text())
    if not examples:
        print(f"{path} has no Python example", file=sys.stderr)
        return 1
    program = compile("\n".join(examples), str(path), "exec")
    exec(program, {"__name__": "__main__"})
    print(f"{path}: {len(examples)} example(s) ran")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
