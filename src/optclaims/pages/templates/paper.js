// When and how long each experiment ran stands in one line of its own, so that the rest is equal for equal results.
(function () {
  const runs = JSON.parse(document.getElementById("runs").textContent);
  for (const place of document.querySelectorAll("[data-run]")) {
    const run = runs[place.dataset.run];
    if (!run) continue;
    const parts = ["ran " + run.seconds.toFixed(1) + " s", "at most " + run.peak_memory_mb + " MB", run.started.slice(0, 10)];
    if (run.commit) parts.push("commit " + run.commit);
    place.textContent = " · " + parts.join(", ");
  }
})();
// A notebook that is opened shows the figures that the page has; without scripts they are links.
document.addEventListener("toggle", event => {
  for (const link of event.target.querySelectorAll("a.drawn:not(:has(img))")) {
    const shown = document.getElementById(decodeURIComponent(link.hash.slice(1)))?.querySelector("img");
    if (shown) link.replaceChildren(shown.cloneNode());
  }
}, true);
// A click on a figure shows it as large as the window; without scripts it opens the drawing itself.
document.addEventListener("click", event => {
  const link = event.target.closest("a.enlarge");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const dialog = document.createElement("dialog"), image = link.querySelector("img").cloneNode();
  dialog.className = "large";
  dialog.setAttribute("aria-label", image.alt);
  dialog.append(image);
  dialog.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
});
