#!/bin/sh
# distributed 2026.8.0, bokeh 3.9.2: LocalCluster(dashboard_address=None).
#
# The docstring of LocalCluster says: "Set to None to disable the dashboard". With None
# the plots are gone (/status is not found), but the scheduler's HTTP server is not: it
# listens at port 8787 of every interface and shows its pages on workers (/info/...) and
# its counters (/metrics) to whoever asks. A second cluster on the machine warns that the
# port is taken and opens another. There is less to be seen from outside when the
# dashboard is *on* at a loopback address, as in dashboard_address="127.0.0.1:0".
#
# Output seen:
#   None: 0.0.0.0, port 8787; /status 404, /info/main/workers.html 200, /metrics 200
#   '127.0.0.1:0': 127.0.0.1, another port; /status 200, /info/main/workers.html 200, /metrics 200
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install -q distributed==2026.8.0 dask==2026.8.0 \
    bokeh==3.9.2
cat >"$folder/none.py" <<'PY'
import urllib.error
import urllib.request

from distributed import LocalCluster

PAGES = ("/status", "/info/main/workers.html", "/metrics")


def status(url):
    try:
        with urllib.request.urlopen(url) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def seen(address):
    with LocalCluster(n_workers=0, dashboard_address=address, processes=False) as cluster:
        sockets = cluster.scheduler.http_server._sockets.values()
        name, port = [s.getsockname() for s in sockets][0][:2]
        pages = ", ".join(f"{p} {status(f'http://127.0.0.1:{port}{p}')}" for p in PAGES)
    which = "port 8787" if port == 8787 else "another port"
    return f"{address!r}: {name}, {which}; {pages}"


if __name__ == "__main__":
    lines = [seen(None), seen("127.0.0.1:0")]
    print(*lines, sep="\n")
    assert lines == [
        "None: 0.0.0.0, port 8787; "
        "/status 404, /info/main/workers.html 200, /metrics 200",
        "'127.0.0.1:0': 127.0.0.1, another port; "
        "/status 200, /info/main/workers.html 200, /metrics 200",
    ], "the behaviour has changed"
PY
"$folder/venv/bin/python" "$folder/none.py"
echo "as described"
