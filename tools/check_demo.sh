#!/bin/sh
# Starts the demo on data and a port of its own, plays the journey against it, presses Ctrl-C, and
# sees that nothing is left: no process and no open port.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
python="$root/.venv/bin/python"
place=$(mktemp -d "${TMPDIR:-/tmp}/instainstru-demo-XXXXXX")
export PYTHONPATH="$root/src" PYTHONUNBUFFERED=1
unset PYTHONDONTWRITEBYTECODE
cd "$root"
port=$("$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$python" -m entrypoints.cli demo --data "$place/data" --port "$port" >"$place/log" 2>&1 &
demo=$!
end() {
  status=$?
  kill -KILL "$demo" 2>/dev/null || true
  [ "$status" = 0 ] || { echo "demo: failed; its log ends so:"; tail -n 40 "$place/log"; tail -n 20 "$place"/data/logs/*.log 2>/dev/null || true; }
  rm -rf "$place" 2>/dev/null || { sleep 5; rm -rf "$place"; }
  exit "$status"
}
trap end EXIT
trap 'exit 130' INT TERM

waited=0
until grep -q "http://127.0.0.1:$port" "$place/log"; do
  kill -0 "$demo" 2>/dev/null || exit 1
  [ "$waited" -lt 180 ] || { echo "demo: not ready after $waited s"; exit 1; }
  sleep 1; waited=$((waited + 1))
done
echo "demo: ready after about $waited s"
"$python" -m entrypoints.cli journey --url "http://127.0.0.1:$port"
kill -INT "$demo"
waited=0
while kill -0 "$demo" 2>/dev/null; do
  [ "$waited" -lt 60 ] || { echo "demo: still there $waited s after Ctrl-C"; exit 1; }
  sleep 1; waited=$((waited + 1))
done
wait "$demo" || { echo "demo: ended with an error"; exit 1; }
if pgrep -f "$place/data" >/dev/null; then echo "demo: processes were left behind"; exit 1; fi
echo "demo: ended cleanly, nothing left behind"
