"use strict";
/* The page is whole without this file: it adds a search, a walk through each trace, and opens what a link names. */

/* Children given as text become text nodes: nothing of the page's texts is ever markup. */
function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== null && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}

/* "protection a → b" as its name and its new value. */
function change(chip) {
  const text = chip.textContent, arrow = /^(\S+) (.*?) → (.*)$/.exec(text), space = text.indexOf(" ");
  return arrow ? [arrow[1], arrow[3]] : space > 0 ? [text.slice(0, space), text.slice(space + 1)] : [text, ""];
}
function stepper(list) {
  const rows = [...list.children], states = [new Map()];
  for (const row of rows) states.push(new Map([...states[states.length - 1], ...[...row.querySelectorAll(".chip")].map(change)]));
  const label = el("span"), now = el("div", { class: "now", title: "state after this step" });
  const slider = el("input", { type: "range", min: 0, max: rows.length - 1, "aria-label": "Step", oninput: () => go(Number(slider.value)) });
  let at = 0;
  function go(index) {
    at = Math.max(0, Math.min(rows.length - 1, index));
    slider.value = at;
    label.textContent = "step " + (at + 1) + " of " + rows.length;
    rows.forEach((row, number) => (number === at ? row.setAttribute("aria-current", "step") : row.removeAttribute("aria-current")));
    now.replaceChildren(...[...states[at + 1]].map(([name, value]) => el("span", { class: "chip mono" + (states[at].get(name) === value ? "" : " changed") }, name + " " + value)));
    list.scrollTop = Math.max(0, rows[at].offsetTop - list.offsetTop - list.clientHeight / 2);
  }
  const bar = el("div", { class: "bar" }, el("button", { onclick: () => go(at - 1), "aria-label": "Previous step" }, "◀"), el("button", { onclick: () => go(at + 1), "aria-label": "Next step" }, "▶"), slider, label, now);
  list.before(bar);
  rows.forEach((row, index) => row.addEventListener("click", () => go(index)));
  go(rows.length - 1);
}
function enhance(card) {
  const list = card.querySelector("ol.trace");
  if (card.open && list && !list.previousElementSibling.classList.contains("bar")) stepper(list);
}
function search() {
  const section = document.getElementById("requirements");
  if (!section) return;
  const cells = [...section.querySelectorAll(".cell")], levels = el("select", { "aria-label": "Level", onchange: filter }, ...["all levels", "MUST", "SHOULD", "MAY"].map((name) => el("option", {}, name)));
  const words = el("input", { type: "search", placeholder: "find an id or a word", "aria-label": "Search", oninput: filter });
  const kinds = new Map(), shown = new Set();
  for (const cell of cells) kinds.set(cell.classList[1], (kinds.get(cell.classList[1]) || 0) + 1);
  const chips = [...kinds].map(([kind, count]) => {
    shown.add(kind);
    const chip = el("button", { class: kind, "aria-pressed": "true", onclick: () => { const on = !shown.delete(kind); if (on) shown.add(kind); chip.setAttribute("aria-pressed", String(on)); filter(); } }, kind.replaceAll("_", " ") + " " + count);
    return chip;
  });
  section.querySelector("h2").after(el("div", { id: "filters", role: "group", "aria-label": "Filter" }, words, levels, ...chips));
  function filter() {
    const wanted = words.value.toLowerCase();
    for (const cell of cells) {
      const hidden = !shown.has(cell.classList[1]) || (levels.value !== "all levels" && !cell.title.includes("(" + levels.value + ",")) || !cell.title.toLowerCase().includes(wanted);
      cell.hidden = hidden;
      document.getElementById(cell.getAttribute("href").slice(1)).hidden = hidden;
    }
    section.querySelectorAll(".chapter").forEach((row) => (row.hidden = !row.querySelector(".cell:not([hidden])")));
  }
}

/* Opens everything around what the address names, and marks it. */
function follow() {
  document.querySelectorAll("[aria-current='true']").forEach((each) => each.removeAttribute("aria-current"));
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  for (let each = target; each; each = each.parentElement) if (each.tagName === "DETAILS") each.open = true;
  if (!["SECTION", "HEADER"].includes(target.tagName)) target.setAttribute("aria-current", "true");
  target.scrollIntoView();
}
document.querySelectorAll(".card").forEach((card) => { card.addEventListener("toggle", () => enhance(card)); enhance(card); });
search();
addEventListener("hashchange", follow);
follow();
