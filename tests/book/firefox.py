"""Debian's Firefox, driven by WebDriver BiDi: a few lines over one web socket.

Playwright drives a Firefox of its own making only, and geckodriver is no package of
Debian's; but every Firefox speaks BiDi by itself, with ``--remote-debugging-port``.
"""

import json
import os
import re
import subprocess
import time

import websocket

PREFS = {  # no other host is asked for anything
    "network.proxy.type": 1,
    **{f"network.proxy.{kind}": "127.0.0.1" for kind in ("http", "ssl")},
    **{f"network.proxy.{kind}_port": 9 for kind in ("http", "ssl")},
    "network.proxy.no_proxies_on": "127.0.0.1, localhost",
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
}
LISTENS = re.compile(r"WebDriver BiDi listening on (ws://\S+)")
WAIT = 60  # seconds, for anything


class Firefox:
    """One window: ``open``, ``run`` a script, ``press``, ``click``; ``errors`` told."""

    def __init__(self, program, folder):
        lines = [
            f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in PREFS.items()
        ]
        (folder / "user.js").write_text("\n".join(lines), encoding="utf-8")
        home = {"HOME": str(folder), "MOZ_HEADLESS": "1"}
        self.log = folder / "log.txt"
        with self.log.open("w") as log:
            alone = ["--no-remote", "--remote-debugging-port=0"]
            self.process = subprocess.Popen(
                [program, "--profile", folder, *alone],
                env={**os.environ, **home}, stdout=log, stderr=log,
            )  # fmt: skip
        self.errors, self.count = [], 0
        self.socket = websocket.create_connection(
            f"{self._address()}/session", timeout=WAIT, suppress_origin=True
        )
        self.ask("session.new", capabilities={})
        self.ask("session.subscribe", events=["log.entryAdded"])
        self.window = self.ask("browsingContext.getTree")["contexts"][0]["context"]

    def _address(self):
        end = time.monotonic() + WAIT
        while time.monotonic() < end and self.process.poll() is None:
            if found := LISTENS.search(self.log.read_text(encoding="utf-8")):
                return found[1]
            time.sleep(0.1)
        raise RuntimeError(f"Firefox does not listen: {self.log.read_text()[-2000:]}")

    def ask(self, method, **params):
        """Send a command and wait for its answer; what is told meanwhile is kept."""
        self.count += 1
        command = {"id": self.count, "method": method, "params": params}
        self.socket.send(json.dumps(command))
        while True:
            said = json.loads(self.socket.recv())
            if said.get("method") == "log.entryAdded":
                entry = said["params"]
                if entry["level"] == "error":
                    self.errors.append(entry["text"])
            elif said.get("id") == self.count:
                if said["type"] == "error":
                    raise RuntimeError(f"{method}: {said['error']}: {said['message']}")
                return said["result"]

    def size(self, width, height):
        size = {"width": width, "height": height}
        self.ask("browsingContext.setViewport", context=self.window, viewport=size)

    def open(self, url):
        """Go there, and wait until everything is loaded."""
        self.ask(
            "browsingContext.navigate", context=self.window, url=url, wait="complete"
        )

    def run(self, expression):
        """The value of an expression of JavaScript, as JSON can say it."""
        said = self.ask(
            "script.evaluate", target={"context": self.window}, awaitPromise=True,
            expression=f"(async () => JSON.stringify(await ({expression})))()",
        )  # fmt: skip
        if said["type"] == "exception":
            raise RuntimeError(said["exceptionDetails"]["text"])
        text = said["result"].get("value")
        return None if text is None else json.loads(text)

    def press(self, key):
        """A key of the keyboard, down and up."""
        moves = [{"type": kind, "value": key} for kind in ("keyDown", "keyUp")]
        source = {"type": "key", "id": "keyboard", "actions": moves}
        self.ask("input.performActions", context=self.window, actions=[source])

    def click(self, x, y):
        """The mouse, at a place of the window."""
        moves = [{"type": "pointerMove", "x": round(x), "y": round(y)}]
        moves += [{"type": t, "button": 0} for t in ("pointerDown", "pointerUp")]
        source = {"type": "pointer", "id": "mouse", "actions": moves}
        self.ask("input.performActions", context=self.window, actions=[source])

    def close(self):
        self.socket.close()
        self.process.terminate()
        self.process.wait(WAIT)
