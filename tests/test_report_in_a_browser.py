"""The report in a real browser: filters and sorting work, nothing is wrong in the console, all images load."""

import html
import json
import re
import shutil
import subprocess

import pytest

from optclaims import report

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium here: the report is not tried in a browser")

# Runs after the page's own script; what it finds is read from the document that the browser prints.
PROBE = """
<script>window.addEventListener("load", async () => {
  const field = id => document.getElementById(id);
  const set = (id, value) => { field(id).value = value; field(id).dispatchEvent(new Event("input", {bubbles: true})); };
  const shown = () => [...document.querySelectorAll("#overview tbody tr:not(.of)")].filter(row => !row.hidden);
  const names = () => shown().map(row => row.querySelector(".id").textContent.split(" · ").pop());
  const images = [...document.images].map(image => image.complete && image.naturalWidth);
  const found = {all: names(), errors: window.mistakes, images};
  set("text", "n <"); found.text = names(); found.count = field("found").textContent; set("text", "");
  set("of", field("of").options[1].value); found.paper = [...new Set(shown().map(r => r.dataset.paper))]; set("of", "");
  set("verdict", field("verdict").options[1].value);
  found.verdict = [...new Set(shown().map(r => r.dataset.verdict))]; set("verdict", "");
  const button = document.querySelector("#overview th button");
  const order = () => shown().map(row => row.dataset.verdict);
  button.click(); found.ascending = order(); button.click(); found.descending = order(); button.click();
  found.again = names(); found.width = document.documentElement.scrollWidth;
  const out = document.createElement("pre"); out.id = "probe"; out.textContent = JSON.stringify(found);
  document.body.append(out);
});</script></body>
"""
WATCH = "<head><script>window.mistakes = []; window.onerror = m => { window.mistakes.push(m); };</script>"


@pytest.fixture
def found(project, tmp_path):
    """What the probe saw, at the width of a phone."""
    page = report.write(project, tmp_path / "results/quick", total_papers=2)
    probed = page.read_text().replace("<head>", WATCH).replace("</body>", PROBE)
    (tmp_path / "probed.html").write_text(probed)
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=5000", "--window-size=500,900"]
    profile = f"--user-data-dir={tmp_path / 'browser'}"
    command = [BROWSER, *options, profile, "--dump-dom", f"file://{tmp_path / 'probed.html'}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    seen = re.search(r'<pre id="probe">(.*?)</pre>', done.stdout, re.S)
    assert seen, done.stderr
    return json.loads(html.unescape(seen[1]))


def test_filters_and_sorting(found):
    assert len(found["all"]) > 3 and found["count"] == f"{len(found['text'])} of {len(found['all'])}"
    assert 0 < len(found["text"]) < len(found["all"])
    assert len(found["paper"]) == len(found["verdict"]) == 1
    assert found["ascending"] == sorted(found["ascending"]) and len(set(found["ascending"])) > 1
    assert found["descending"] == sorted(found["descending"], reverse=True)
    assert found["again"] == found["all"]


def test_nothing_is_broken(found):
    assert found["errors"] == []
    assert found["images"] and all(found["images"])


def test_fits_a_phone(found):
    assert found["width"] <= 500
