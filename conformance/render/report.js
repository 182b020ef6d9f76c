"use strict";
const D = JSON.parse(document.getElementById("data").textContent);
const $ = (id) => document.getElementById(id);
const SVG = "http://www.w3.org/2000/svg";
const WORD = { pass: "pass", fail: "FAIL", dishonest: "DISHONEST", error: "ERROR", inconclusive: "inconclusive", unsupported: "unsupported", non_strict: "not strict", no_case: "no case", informative: "informative" };
const MARK = { fail: "✗", error: "!", dishonest: "✗", inconclusive: "?", unsupported: "–", non_strict: "~" };
const WRONG = ["fail", "dishonest", "error"];

/* Children given as text become text nodes: nothing of the data is ever markup. */
function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== null && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null));
  return node;
}
function shape(tag, attributes, text) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text !== undefined) node.textContent = text;
  return node;
}
const badge = (verdict) => el("span", { class: "badge " + verdict }, WORD[verdict] || verdict);
const cases = new Map(D.cases.map((each) => [each.case_id, each]));
const cells = D.rows.flatMap((row) => row.cells);
const level = new Map(cells.map((cell) => [cell.id, cell]));

function header() {
  document.title = D.word + " – siteproof report";
  const title = el("h1", {}, D.word, D.scope ? el("small", {}, "profile " + D.scope) : null);
  const facts = D.facts.flatMap(([name, value]) => [el("div", {}, el("dt", {}, name), el("dd", { class: "mono" }, value))]);
  const tiles = D.tiles.map((tile) => el("div", { class: "tile " + tile.tone }, el("b", {}, tile.value), el("span", {}, tile.label)));
  $("top").className = D.tone;
  $("top").append(el("div", { class: "brand" }, "siteproof · conformance report"), title);
  if (D.stopped) $("top").append(el("p", { class: "stopped" }, D.stopped));
  $("top").append(el("div", { class: "tiles" }, ...tiles), el("dl", { class: "facts" }, ...facts));
}

/* "vm1 protection a → b  dirty(disk0) 0 → 3" as [name, new value, whole text]. */
function changes(diff) {
  return diff.split(/ {2}|; /).filter(Boolean).map((text) => {
    const arrow = /^(\S+) (.*?) → (.*)$/.exec(text);
    const space = text.indexOf(" ");
    if (arrow) return [arrow[1], arrow[3], text];
    return space > 0 ? [text.slice(0, space), text.slice(space + 1), text] : [text, "", text];
  });
}
function stepper(steps, failed) {
  const states = [new Map()];
  for (const step of steps) states.push(new Map([...states[states.length - 1], ...changes(step.diff).map(([name, value]) => [name, value])]));
  const rows = steps.map((step, index) => el("li", { onclick: () => go(index), class: failed && index === steps.length - 1 ? "last" : null },
    el("span", { class: "n" }, String(step.number)), el("span", { class: "mono" }, step.text),
    el("span", {}, ...changes(step.diff).map((change) => el("span", { class: "chip mono" }, change[2])))));
  const label = el("span", {}), now = el("div", { class: "now", title: "state after this step" });
  const slider = el("input", { type: "range", min: 0, max: steps.length - 1, "aria-label": "Step", oninput: () => go(Number(slider.value)) });
  let at = 0;
  function go(index) {
    at = Math.max(0, Math.min(steps.length - 1, index));
    slider.value = at;
    label.textContent = "step " + (at + 1) + " of " + steps.length;
    rows.forEach((row, number) => (number === at ? row.setAttribute("aria-current", "step") : row.removeAttribute("aria-current")));
    now.replaceChildren(...[...states[at + 1]].map(([name, value]) => el("span", { class: "chip mono" + (states[at].get(name) === value ? "" : " changed") }, name + " " + value)));
    const list = rows[at].parentNode;
    if (list) list.scrollTop = Math.max(0, rows[at].offsetTop - list.offsetTop - list.clientHeight / 2);
  }
  const keys = (event) => { const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key]; if (move && event.target !== slider) { event.preventDefault(); go(at + move); } };
  const bar = el("div", { class: "bar" }, el("button", { onclick: () => go(at - 1), "aria-label": "Previous step" }, "◀"), el("button", { onclick: () => go(at + 1), "aria-label": "Next step" }, "▶"), slider, label, now);
  const whole = el("div", { class: "stepper", tabindex: "0", onkeydown: keys }, bar, el("ol", {}, ...rows));
  go(steps.length - 1);
  return whole;
}
function card(found, open) {
  const facts = [["Requirement", found.requirement, ""], ["Expected", found.expected, "expected"], ["Actual", found.actual, "actual"], ["Because", found.detail, ""], ["By", found.provider === "adapter" ? "the adapter: shown, not counted for the product" : "", ""]];
  const says = facts.filter((fact) => fact[1]).flatMap(([name, text, look]) => [el("dt", {}, name), el("dd", { class: look || null }, text)]);
  const where = found.level + " · " + found.requirement_ids.join(", ") + " · case " + found.case_id + (found.flaky ? " · flaky" : "");
  const inside = el("div", { class: "inside" });
  const fill = () => {
    if (inside.childNodes.length) return;
    inside.append(el("dl", { class: "says" }, ...says));
    if (found.trace.length) inside.append(stepper(found.trace, WRONG.includes(found.verdict)));
    if (found.replay) inside.append(el("code", { class: "replay" }, found.replay));
  };
  const whole = el("details", { class: "card " + found.verdict, open: open, ontoggle: fill }, el("summary", {}, badge(found.verdict), el("strong", {}, found.sentence), el("span", { class: "where" }, where)), inside);
  if (open) fill();
  return whole;
}
function failures() {
  const wrong = D.cases.filter((each) => WRONG.includes(each.verdict));
  $("failure-list").append(...wrong.map((each, index) => card(each, index < 1)));
  return wrong.length;
}
function show(cell) {
  document.querySelectorAll(".cell[aria-current]").forEach((each) => each.removeAttribute("aria-current"));
  const square = $("cell-" + cell.id);
  if (square) square.setAttribute("aria-current", "true");
  const mine = cell.cases.map((name) => cases.get(name)).filter(Boolean);
  $("detail").replaceChildren(
    el("h3", {}, el("a", { href: "#" + encodeURIComponent(cell.id) }, cell.id), " ", badge(cell.verdict)),
    el("p", {}, cell.sentence), el("p", { class: "source" }, [cell.level, cell.source, cell.note, cell.provider === "adapter" ? "provided by the adapter" : ""].filter(Boolean).join(" · ")),
    ...mine.map((each) => card(each, mine.length === 1 || WRONG.includes(each.verdict))));
}
function tally(found) {
  const judged = found.filter((cell) => cell.cases.length);
  return judged.length ? judged.filter((cell) => cell.verdict === "pass").length + " of " + judged.length + " judged passed" : "none judged";
}
function matrix() {
  const shown = new Set(Object.keys(WORD)), search = el("input", { type: "search", placeholder: "find an id or a word", "aria-label": "Search", oninput: filter });
  const levels = el("select", { "aria-label": "Level", onchange: filter }, ...["all levels", "MUST", "SHOULD", "MAY"].map((name) => el("option", {}, name)));
  const chips = Object.keys(WORD).map((verdict) => [verdict, cells.filter((cell) => cell.verdict === verdict).length]).filter((pair) => pair[1]).map(([verdict, count]) => {
    const chip = el("button", { class: verdict, "aria-pressed": "true", onclick: () => { const on = !shown.delete(verdict); if (on) shown.add(verdict); chip.setAttribute("aria-pressed", String(on)); filter(); } }, WORD[verdict] + " " + count);
    return chip;
  });
  $("filters").append(search, levels, ...chips);
  const squares = new Map(cells.map((cell) => [cell, el("button", { id: "cell-" + cell.id, class: "cell " + cell.verdict + (cell.provider === "adapter" ? " adapter" : "") + (cell.level === "MUST" ? "" : " soft"), title: cell.id + " (" + cell.level + ", " + WORD[cell.verdict] + "): " + cell.sentence.slice(0, 300), onclick: () => { history.replaceState(null, "", "#" + encodeURIComponent(cell.id)); show(cell); } }, (MARK[cell.verdict] || "") + cell.id.slice(cell.id.lastIndexOf("-") + 1).slice(0, 6))]));
  const rows = D.rows.map((row) => el("div", { class: "chapter", id: "chapter-" + row.id }, el("div", { class: "name" }, el("b", {}, row.id), row.title, el("br"), tally(row.cells)), el("div", { class: "cells" }, ...row.cells.map((cell) => squares.get(cell)))));
  $("matrix").append(...rows);
  function filter() {
    const words = search.value.toLowerCase(), wanted = levels.value;
    for (const [cell, square] of squares) square.hidden = !shown.has(cell.verdict) || (wanted !== "all levels" && cell.level !== wanted) || !(cell.id + " " + cell.sentence).toLowerCase().includes(words);
    rows.forEach((row) => (row.hidden = !row.querySelector(".cell:not([hidden])")));
  }
  return cells.length;
}
function measurements() {
  const rows = D.measures.map((each) => el("tr", {}, el("td", {}, each.name), el("td", { class: "number" }, each.value.toLocaleString("en")), el("td", {}, each.unit), el("td", { class: "note" }, each.note)));
  $("measure-list").append(el("table", {}, el("thead", {}, el("tr", {}, ...["measured", "value", "unit", "how"].map((name) => el("th", {}, name)))), el("tbody", {}, ...rows)));
  return rows.length;
}
function lifecycle() {
  if (!D.heat) return 0;
  const picture = shape("svg", { viewBox: "0 0 " + D.heat.width + " " + D.heat.height, role: "img", "aria-label": "Lifecycle states and how often each was seen" });
  picture.append(shape("image", { href: D.heat.address, width: D.heat.width, height: D.heat.height }));
  const most = Math.max(1, ...D.heat.boxes.map((box) => box.count));
  for (const box of D.heat.boxes) {
    const place = { x: box.x - 2, y: box.y - 2, width: box.width + 4, height: box.height + 4, rx: 8 };
    if (!box.count) { picture.append(shape("rect", { ...place, class: "unseen" })); continue; }
    const text = String(box.count), bottom = box.y + box.height, width = 14 + 8 * text.length, hot = 2 + (4 * Math.log1p(box.count)) / Math.log1p(most);
    picture.append(shape("rect", { ...place, class: "seen", "stroke-width": hot.toFixed(1) }), shape("rect", { x: box.x + 3, y: bottom - 10, width: width, height: 16, rx: 8, class: "count" }), shape("text", { x: box.x + 3 + width / 2, y: bottom + 2.5 }, text));
  }
  const states = D.coverage.aspects[0];
  $("graph").append(picture, el("p", { class: "legend" }, states.visited + " of " + states.total + " lifecycle states were shown by the subject. The picture draws them as boxes that several states share: a green border is a box that was seen, its number says how often, faded boxes were not seen."));
  return states.visited;
}
function coverage() {
  if (!D.coverage) return 0;
  const rows = D.coverage.aspects.map((each) => el("tr", {}, el("td", {}, each.name), el("td", { class: "number" }, each.visited.toLocaleString("en")), el("td", {}, "of " + each.total.toLocaleString("en")), el("td", {}, el("progress", { max: each.total, value: each.visited, "aria-label": each.name })), el("td", { class: "note" }, lacking(each))));
  const steps = D.coverage.deviations.map((each) => el("li", {}, el("span", { class: "mono" }, each.recorded), el("br"), el("span", { class: "note" }, each.place + " · " + each.model)));
  $("coverage-list").append(steps.length ? el("div", { class: "deviations" }, el("h3", {}, "Steps that the model does not allow"), el("ul", {}, ...steps)) : el("p", { class: "legend" }, "The model allows every step that the subject showed."));
  $("coverage-list").append(el("table", {}, el("tbody", {}, ...rows)));
  return D.coverage.aspects.length;
}
function lacking(aspect) {
  const count = aspect.total - aspect.visited;
  if (!count) return el("span", {}, "all");
  const items = aspect.missing.map((each) => el("li", {}, el("span", { class: "mono" }, each.what), el("br"), el("span", { class: "note" }, each.way.join(" → "))));
  if (count > items.length) items.push(el("li", {}, "… " + (count - items.length) + " more: siteproof coverage results.ndjson --missing"));
  return el("details", {}, el("summary", {}, count + " missing"), el("ul", { class: "ways" }, ...items));
}
function pictures() {
  $("picture-list").append(...D.pictures.map((each) => el("figure", { class: "figure" }, el("img", { src: each.address, alt: each.title }), el("figcaption", { class: "legend" }, each.title))));
  return D.pictures.length;
}
function capabilities() {
  $("capability-list").append(el("div", { class: "capabilities" }, ...D.capabilities.map(([name, who]) => el("span", { class: "chip " + who }, name.replaceAll("_", " ") + (who === "adapter" ? " (by the adapter)" : "")))));
  return D.capabilities.length;
}
function follow() {
  const id = decodeURIComponent(location.hash.slice(1)), cell = level.get(id);
  if (cell) { show(cell); $("requirements").scrollIntoView(); }
  return Boolean(cell);
}
header();
const sections = [["failures", "What went wrong", failures], ["requirements", "Requirements", matrix], ["measurements", "Measurements", measurements], ["lifecycle", "Lifecycle states", lifecycle], ["coverage", "Coverage", coverage], ["pictures", "Pictures", pictures], ["subject", "Capabilities", capabilities]];
for (const [id, name, fill] of sections) {
  const count = fill();
  $(id).hidden = !count;
  if (count) $("nav").append(el("a", { href: "#" + id }, name + " ", el("span", {}, String(count))));
}
addEventListener("hashchange", follow);
if (!follow() && cells.length) show(cells.find((cell) => WRONG.includes(cell.verdict)) || cells.find((cell) => cell.cases.length) || cells[0]);
