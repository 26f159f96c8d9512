"""The pages in a real Chromium, as wide as a small phone: nothing sticks out, nothing is fetched."""

import http.server
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_words import PRESENTER, TEMPLATES, write

from aftercare.outreach.domain.vocabulary import Purpose, choices_for

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")]
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--virtual-time-budget=2000",
]
FRAME = """<!DOCTYPE html><iframe id=f src="/page" width=320 height=900 style="border:0"></iframe><script>
f.onload = () => { const d = f.contentDocument.documentElement;
  const b = d.querySelector('button') || d.querySelector('td.button');
  document.title = d.scrollWidth + ' ' + getComputedStyle(b).backgroundColor }</script>"""


class Site(http.server.BaseHTTPRequestHandler):
    """Serves one page with its own headers, inside a frame of a phone's width."""

    page = b""
    headers_of_page: dict[str, str]
    asked: list[str]

    def do_GET(self) -> None:
        type(self).asked.append(self.path)
        framed = self.path == "/page"
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        for name, value in type(self).headers_of_page.items() if framed else ():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(type(self).page if framed else FRAME.encode())

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def site() -> Iterator[tuple[type[Site], str]]:
    handler = type("OneSite", (Site,), {"asked": [], "headers_of_page": {}})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield handler, f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("code", ["en", "de"])
@pytest.mark.parametrize("what", ["page", "mail"])
def test_a_small_phone_shows_it_whole(site: tuple[type[Site], str], tmp_path: Path, code: str, what: str) -> None:
    handler, url = site
    language = TEMPLATES.catalogue.pick(code)
    if what == "page":
        answer = PRESENTER.choose(language, Purpose.OFFER, choices_for(Purpose.OFFER))
        handler.page = bytes(answer.body)
        policy = answer.headers["content-security-policy"].replace("frame-ancestors 'none'", "frame-ancestors 'self'")
        handler.headers_of_page = {"Content-Security-Policy": policy}
    else:
        handler.page = (write(Purpose.OFFER, code).html or "").encode()
    width, colour = _title(url, tmp_path).split(" ", 1)
    assert int(width) <= 320, "nothing sticks out"
    assert colour in ("rgb(11, 92, 77)", "rgb(143, 216, 197)"), "our own style is allowed by our own policy"
    assert [path for path in handler.asked if path not in ("/", "/page", "/favicon.ico")] == []


def _title(url: str, profile: Path) -> str:
    command = [str(CHROMIUM), *ARGUMENTS, f"--user-data-dir={profile}", "--dump-dom", url]
    page = subprocess.run(command, capture_output=True, text=True, timeout=90, check=True).stdout
    match = re.search(r"<title>([^<]+)</title>", page)
    assert match is not None
    return match.group(1)
