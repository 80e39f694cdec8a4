"""The page of differences in a real browser: nothing is wrong in the console, all images load, it fits a phone."""

import html
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

import synthetic
from optclaims.pages import diff_page
from optclaims.pipeline import cards
from optclaims.pipeline.compare import compare

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium here: the page is not tried in a browser")

NEW, OLD = Path("results/quick"), Path("results/reference/quick")
WATCH = """<head><script>window.mistakes = [];
window.addEventListener("error", e => window.mistakes.push(e.message || e.target.outerHTML), true);
window.addEventListener("securitypolicyviolation", e => window.mistakes.push(e.blockedURI));</script>"""
# Whatever is not in the page itself is refused, and reported.
ALONE = """<meta http-equiv="Content-Security-Policy"
content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'">"""
PROBE = """
<script>window.addEventListener("load", () => {
  const shown = element => element.getBoundingClientRect().height > 0;
  const found = {errors: window.mistakes, width: document.documentElement.scrollWidth};
  found.images = [...document.images].map(image => image.complete && image.naturalWidth > 0 && shown(image));
  found.open = [...document.querySelectorAll("details")].filter(d => d.open).map(d => d.id);
  found.folded = [...document.querySelectorAll("details")].filter(d => !d.open).map(d => d.id);
  found.links = [...document.querySelectorAll("#summary a")].map(a => document.querySelector(a.hash) !== null);
  const out = document.createElement("pre"); out.id = "probe"; out.textContent = JSON.stringify(found);
  document.body.append(out);
});</script></body>
"""


@pytest.fixture
def found(project, tmp_path):
    """What the probe saw, at the width of a phone."""
    shutil.copytree("notebooks/dice", "notebooks/lots")
    for folder in (NEW, OLD):
        synthetic.results(folder)
        shutil.copytree(folder / "dice", folder / "lots")
    synthetic.change(NEW)
    papers, page = cards.load_all(), tmp_path / "probed.html"
    diff_page.write(papers, compare(papers, NEW, OLD), page)
    page.write_text(page.read_text().replace("<head>", WATCH + ALONE).replace("</body>", PROBE))
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=5000", "--window-size=500,900"]
    command = [BROWSER, *options, f"--user-data-dir={tmp_path / 'browser'}", "--dump-dom", f"file://{page}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    seen = re.search(r'<pre id="probe">(.*?)</pre>', done.stdout, re.S)
    assert seen, done.stderr
    return json.loads(html.unescape(seen[1]))


def test_the_page_works_alone_and_on_a_phone(found):
    assert found["errors"] == []
    assert len(found["images"]) == 3 and all(found["images"])
    assert found["open"] == ["coins/flips/frequency"] and found["folded"] == ["within", "notes"]
    assert len(found["links"]) == 3 and all(found["links"])
    assert found["width"] <= 500
