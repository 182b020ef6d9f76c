"""A headless browser over its debugging pipe: pages are opened, keys are pressed, what is shown is read."""

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
OPTIONS = ("--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe", "--no-first-run")
KEYS = {"ArrowLeft": 37, "ArrowRight": 39, "ArrowDown": 40, "ArrowUp": 38, "Enter": 13, "Escape": 27, "Tab": 9}


class Browser:
    """One tab. The pipe carries JSON that ends with a zero byte, each way."""

    def __init__(self, asks: int, answers: int) -> None:
        """Attach to a new, empty tab."""
        self._asks, self._answers, self._rest, self._number, self._session = asks, answers, b"", 0, ""
        self.said: list[str] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> Any:
        """The result of a command of the protocol; what the page complains of on the way is kept in `said`."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._asks, json.dumps(message).encode() + b"\0")
        while (got := self._next()).get("id") != self._number:
            self._hear(got)
        assert "error" not in got, got
        return got["result"]

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            more = os.read(self._answers, 1 << 20)
            assert more, "the browser has gone"
            self._rest += more
        line, self._rest = self._rest.split(b"\0", 1)
        found: dict[str, Any] = json.loads(line)
        return found

    def _hear(self, got: Mapping[str, Any]) -> None:
        if got.get("method") == "Runtime.exceptionThrown":
            self.said.append(json.dumps(got["params"]["exceptionDetails"])[:600])
        if got.get("method") == "Log.entryAdded" and got["params"]["entry"]["level"] == "error":
            self.said.append(got["params"]["entry"]["text"])

    def open(self, address: str) -> None:
        """Open an address and wait until the page says that it is ready."""
        self.call("Page.navigate", url="about:blank")
        self.call("Page.navigate", url=address)
        self.until("document.body && document.body.dataset.ready === 'yes'")

    def run(self, script: str) -> Any:
        """The value of an expression in the page."""
        found = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def until(self, script: str, frames: int = 3000) -> None:
        """Wait, frame by frame, until an expression is true."""
        for _ in range(frames):
            if self.run(f"new Promise((done) => setTimeout(() => done(Boolean({script})), 10))"):
                return
        raise AssertionError(f"{script} never came true; the page says {self.run('document.body.innerText')[:800]}")

    def press(self, key: str) -> None:
        """One key, as a person presses it."""
        code = KEYS.get(key, ord(key[0].upper()))
        text = {"text": "\r"} if key == "Enter" else {"text": key} if len(key) == 1 else {}
        self.call("Input.dispatchKeyEvent", type="keyDown", key=key, windowsVirtualKeyCode=code, **text)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key, windowsVirtualKeyCode=code)

    def click(self, selector: str) -> None:
        """Press the mouse in the middle of an element."""
        self.run(f"document.querySelector({json.dumps(selector)}).scrollIntoView({{block: 'center'}})")
        box = self.run(f"(() => {{ const b = document.querySelector({json.dumps(selector)}).getBoundingClientRect();"
                       " return [b.x + b.width / 2, b.y + b.height / 2]; })()")  # fmt: skip
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left", clickCount=1)

    def text(self, selector: str) -> str:
        """What is read there."""
        return str(self.run(f"document.querySelector({json.dumps(selector)}).innerText"))

    def look(self, width: int, height: int, *, dark: bool = False) -> None:
        """The size of the window, and whether its user prefers the dark."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])

    def picture(self, file: Path) -> None:
        """What is seen, as PNG."""
        shot = self.call("Page.captureScreenshot", captureBeyondViewport=True, format="png")
        file.write_bytes(base64.b64decode(shot["data"]))


@contextmanager
def browsing(folder: Path) -> Iterator[Browser]:
    """A browser with a profile of its own, until the body ends."""
    (theirs_in, ours_out), (ours_in, theirs_out) = os.pipe(), os.pipe()
    words = " ".join([str(CHROMIUM), *OPTIONS, f"'--user-data-dir={folder / 'profile'}'"])
    command = ["bash", "-c", f"exec {words} 3<&{theirs_in} 4>&{theirs_out} 2>/dev/null"]
    process = subprocess.Popen(command, pass_fds=(theirs_in, theirs_out), stdout=subprocess.DEVNULL)
    for handle in (theirs_in, theirs_out):
        os.close(handle)
    try:
        yield Browser(ours_out, ours_in)
    finally:
        process.terminate()
        process.wait(20)
        os.close(ours_out)
        os.close(ours_in)
