#!/bin/sh
# Proves the core pure: its wheel, with the `testing` extra and nothing else, passes tests/unit in an
# empty environment, far from the checkout's `src`, and books a lesson as the README says.
# `--count` also counts the lines that run, for `make test`, into .venv/wheel.coverage.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
uv="$root/.venv/bin/uv"
place=$(mktemp -d "${TMPDIR:-/tmp}/instainstru-wheel-XXXXXX")
trap 'rm -rf "$place"' EXIT
trap 'exit 130' INT TERM
export UV_SYSTEM_CERTS=1 UV_LINK_MODE=copy
unset PYTHONPATH VIRTUAL_ENV PYTHONDONTWRITEBYTECODE

# The build backend is a pinned package of our own environment: nothing is fetched for it.
cd "$root"
"$root/.venv/bin/python" -m hatchling build -t wheel -d "$place/dist" >/dev/null
wheel=$(ls "$place"/dist/*.whl)
"$uv" venv --quiet --no-config --python "$root/.venv/bin/python" "$place/venv"
"$uv" pip sync --quiet --no-config --require-hashes --python "$place/venv/bin/python" \
  "$root/locks/core.txt"
"$uv" pip install --quiet --no-config --no-deps --python "$place/venv/bin/python" "$wheel"
# Nothing of the product's: they let the tests use every core, and count lines.
awk '/^[a-z]/ {on = /^(execnet|pytest-xdist|coverage|pytest-cov)==/} on && !/#/' \
  "$root/locks/dev.txt" >"$place/cores.txt"
"$uv" pip install --quiet --no-config --no-deps --require-hashes --python "$place/venv/bin/python" \
  -r "$place/cores.txt"
"$uv" pip check --quiet --no-config --python "$place/venv/bin/python"

cp -R "$root/tests" "$place/tests"
rm -rf "$place/tests/integration"
cp "$root/README.md" "$place/"
cd "$place"
printf '[pytest]\naddopts = --import-mode=importlib --strict-markers\npythonpath = .\nmarkers =\n    slow: takes long\n    no_cover: not counted\n' > pytest.ini
# Alone it tries few examples of each property: only what the tests need is in question then.
if [ "${1:-}" = --count ]; then
  COVERAGE_FILE="$root/.venv/wheel.coverage"
  export COVERAGE_FILE
  set -- --cov=instainstru_core --cov-branch --cov-report= --cov-config="$root/pyproject.toml"
else
  set -- --hypothesis-profile=light
fi
INSTAINSTRU_CORE_PLACE="$place/venv" "$place/venv/bin/python" -m pytest -q -p no:cacheprovider \
  "$@" -n auto --maxprocesses 4 --dist worksteal tests/unit
"$place/venv/bin/python" "$root/tools/run_readme.py" README.md
echo "wheel: $(basename "$wheel") is pure, and the README's example books a lesson"
