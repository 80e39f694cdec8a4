"""The report in a real browser as wide as a phone: filters, sorting, notebooks, images; nothing in the console."""

import html
import json
import re
import shutil
import subprocess

import pytest

from optclaims.pages import report

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium here: the report is not tried in a browser")

WIDTH = 390
# Runs after the page's own script and tells the frame around the page what it finds.
PROBE = """
<script>window.addEventListener("load", async () => {
  const field = id => document.getElementById(id);
  const set = (id, value) => { field(id).value = value; field(id).dispatchEvent(new Event("input", {bubbles: true})); };
  const shown = () => [...document.querySelectorAll("#overview tbody tr:not(.of)")].filter(row => !row.hidden);
  const names = () => shown().map(row => row.querySelector(".id").textContent.split(" · ").pop());
  for (const image of document.images) { image.loading = "eager"; await image.decode(); }
  const images = [...document.images].map(image => image.complete && image.naturalWidth);
  const found = {all: names(), errors: window.mistakes, images};
  set("text", "n <"); found.text = names(); found.count = field("found").textContent; set("text", "");
  set("text", "does the error vanish?"); found.question = names(); set("text", "");
  set("paper", field("paper").options[1].value);
  found.paper = [...new Set(shown().map(r => r.dataset.paper))]; set("paper", "");
  set("verdict", field("verdict").options[1].value);
  found.verdict = [...new Set(shown().map(r => r.dataset.verdict))]; set("verdict", "");
  const button = document.querySelector("#overview th button");
  const order = () => shown().map(row => row.dataset.verdict);
  button.click(); found.ascending = order(); button.click(); found.descending = order(); button.click();
  found.again = names();
  found.run = document.querySelector('[data-run="coins/flips"]').textContent;
  const notebook = field("coins/flips:notebook"), details = notebook.closest("details");
  found.before = details.open;
  const opened = new Promise(done => details.addEventListener("toggle", done, {once: true}));
  field("coins/fair").querySelector('a[href="#coins/flips:notebook"]').click();
  await opened;
  const drawn = [...notebook.querySelectorAll("a.drawn img")];
  await Promise.all(drawn.map(image => image.decode()));
  found.after = details.open; found.drawn = drawn.map(image => image.naturalWidth);
  found.formulas = [...notebook.querySelectorAll("math")].map(formula => formula.getBoundingClientRect().height);
  for (const other of document.querySelectorAll("details")) other.open = true;
  found.inside = window.innerWidth; found.width = document.documentElement.scrollWidth;
  parent.postMessage(found, "*");
});</script></body>
"""
WATCH = """<head><script>
window.mistakes = [];
window.addEventListener("error", event => window.mistakes.push(String(event.message)), true);
window.addEventListener("unhandledrejection", event => window.mistakes.push(String(event.reason)));
console.error = console.warn = (...words) => window.mistakes.push(words.join(" "));
</script>"""
# A browser's window cannot be as narrow as a phone, a frame can.
PHONE = f"""<!doctype html><iframe src="probed.html" width="{WIDTH}" height="844" style="border: 0"></iframe>
<script>window.addEventListener("message", event => {{
  const out = document.createElement("pre");
  out.id = "probe"; out.textContent = JSON.stringify(event.data);
  document.body.append(out);
}});</script>"""


@pytest.fixture
def found(project, tmp_path):
    """What the probe saw, at the width of a phone."""
    page = report.write(project, tmp_path / "results/quick", total_papers=2, single_file=True)
    (tmp_path / "probed.html").write_text(page.read_text().replace("<head>", WATCH).replace("</body>", PROBE))
    (tmp_path / "phone.html").write_text(PHONE)
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=5000"]
    profile = f"--user-data-dir={tmp_path / 'browser'}"
    command = [BROWSER, *options, profile, "--dump-dom", f"file://{tmp_path / 'phone.html'}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    seen = re.search(r'<pre id="probe">(.*?)</pre>', done.stdout, re.S)
    assert seen, done.stderr
    return json.loads(html.unescape(seen[1]))


def test_filters_and_sorting(found):
    assert len(found["all"]) > 3 and found["count"] == f"{len(found['text'])} of {len(found['all'])}"
    assert 0 < len(found["text"]) < len(found["all"])
    assert found["question"][0] == "law"
    assert len(found["paper"]) == len(found["verdict"]) == 1
    assert found["ascending"] == sorted(found["ascending"]) and len(set(found["ascending"])) > 1
    assert found["descending"] == sorted(found["descending"], reverse=True)
    assert found["again"] == found["all"]


def test_nothing_is_broken(found):
    assert found["errors"] == []
    assert found["images"] and all(found["images"])


def test_a_claim_leads_to_its_notebook_with_figures_and_formulas(found):
    assert (found["before"], found["after"]) == (False, True)
    assert found["drawn"] and all(found["drawn"])
    assert len(found["formulas"]) == 4 and all(height > 5 for height in found["formulas"])


def test_the_run_time_stands_with_the_experiment(found):
    assert found["run"] == " · ran 12.3 s, at most 345 MB, 2026-01-02, commit abc1234"


def test_fits_a_phone_with_everything_open(found):
    assert found["inside"] == WIDTH >= found["width"]
