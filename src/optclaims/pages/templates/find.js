// Search, filter and sort the table of claims. Without scripts the page shows them all, paper by paper.
(function () {
  const form = document.getElementById("find"), body = document.querySelector("#overview tbody");
  const heads = [...body.querySelectorAll("tr.of")], rows = [...body.querySelectorAll("tr:not(.of)")];
  const order = [...body.children], selects = [...form.querySelectorAll("select")];
  const field = id => document.getElementById(id);
  // Words that say nothing about a claim, and words that ask for the same.
  const EMPTY = new Set(("a an and any are as at be better by can claim claims do does ever find for from good has have how i "
    + "if in is it its my not of on or should so than that the their them then there these they this to use was we what when "
    + "where whether which who whose why will with would you your").split(" "));
  const ALIKE = ["diverge converge convergence unstable stable stability regret", "rate speed fast faster slow slower",
    "scale scaling rule", "learning lr step", "noise noisy stochastic", "fail wrong", "sharpness curvature hessian edge"];
  const stem = word => word.length > 4 ? word.replace(/(ations?|ences?|ances?|ments?|ings?|ed|es|s|e)$/, "") : word;
  const words = text => text.toLowerCase().normalize("NFKD").match(/[\p{L}\p{N}]+(?:[-'][\p{L}\p{N}]+)*/gu) || [];
  const groups = ALIKE.map(line => line.split(" ").map(stem));
  const titles = Object.fromEntries(heads.map(head => [head.dataset.paper, head.textContent]));
  const texts = rows.map(row => row.textContent + " " + titles[row.dataset.paper] + " " + row.dataset.paper.replaceAll("_", " "));
  const known = texts.map(text => words(text).flatMap(word => [word, ...word.split("-")]));
  const has = (index, part) => known[index].some(word => word.startsWith(part));
  // 2 for the word itself, 1 for one that asks for the same, 0 if it is not there; what is typed literally counts, too.
  const score = (index, part) => has(index, part) ? 2
    : groups.some(group => group.includes(part) && group.some(other => has(index, other))) ? 1 : 0;
  let sorted = false;
  function search(query) {
    if (!query.trim()) return null;
    const literal = rows.map((_, index) => texts[index].toLowerCase().includes(query.trim().toLowerCase()) ? 99 : 0);
    const parts = [...new Set(words(query).filter(word => !EMPTY.has(word)).map(stem))];
    const scores = parts.map(part => rows.map((_, index) => score(index, part)));
    const whole = rows.map((_, index) => parts.length && scores.every(of => of[index]) ? 1 : 0);
    const any = whole.some(Boolean) || literal.some(Boolean);
    return rows.map((_, index) => literal[index] + (whole[index] || !any ? scores.reduce((sum, of) => sum + of[index], 0) : 0));
  }
  function filter() {
    const found = search(field("text").value);
    let shown = 0;
    rows.forEach((row, index) => {
      row.hidden = !(selects.every(one => !one.value || row.dataset[one.id] === one.value) && (!found || found[index] > 0));
      shown += !row.hidden;
    });
    if (!sorted) {  // the best answers first, without the titles of papers between them
      const place = new Map(rows.map((row, index) => [row, index]));
      if (found) body.append(...[...rows].sort((a, b) => found[place.get(b)] - found[place.get(a)] || place.get(a) - place.get(b)));
      else body.append(...order);
    }
    for (const head of heads) head.hidden = sorted || found !== null || !rows.some(row => !row.hidden && row.dataset.paper === head.dataset.paper);
    field("found").textContent = shown + " of " + rows.length;
  }
  document.querySelectorAll("#overview th").forEach((th, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = th.textContent;
    th.replaceChildren(button);
    button.addEventListener("click", () => {
      const next = { "": "ascending", ascending: "descending", descending: "" }[th.getAttribute("aria-sort") || ""];
      document.querySelectorAll("#overview th").forEach(other => other.removeAttribute("aria-sort"));
      sorted = next !== "";
      if (sorted) {
        th.setAttribute("aria-sort", next);
        const sign = next === "ascending" ? 1 : -1, key = row => row.cells[column].textContent.trim();
        body.append(...[...rows].sort((a, b) => sign * key(a).localeCompare(key(b))));
      }
      filter();
    });
  });
  form.addEventListener("input", filter);
  form.addEventListener("submit", event => event.preventDefault());
  form.hidden = false;
  filter();
})();
