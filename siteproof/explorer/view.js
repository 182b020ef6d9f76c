"use strict";
/* Draws what the page knows. Rule: a text is only ever a text node, so nothing that was loaded is ever markup. */
const View = (() => {
  function el(tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else if (value !== null && value !== false && value !== undefined) node.setAttribute(name, value === true ? "" : value);
    }
    node.append(...children.filter((child) => child !== null && child !== ""));
    return node;
  }
  const at = (id) => document.getElementById(id);
  const short = (name) => name.replace(/^machine\./, "");
  const bare = (text) => {
    let shown = text;
    for (let depth = 0, place = 0; shown.startsWith("(") && shown.endsWith(")"); depth = 0, place = 0) {
      for (; place < shown.length; place++) {
        depth += shown[place] === "(" ? 1 : shown[place] === ")" ? -1 : 0;
        if (depth === 0) break;
      }
      if (place < shown.length - 1) break;
      shown = shown.slice(1, -1);
    }
    return shown;
  };
  const counted = (count, word) => `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;
  const chips = (changes) => changes.map(({ name, before, after }) => el("span", { class: "chip mono" }, `${short(name)} ${before} → ${after}`));

  function head(tables) {
    const bounds = Object.entries(tables.bounds).map(([name, value]) => `${name} ${value}`).join(" · ");
    at("name").replaceChildren(`${tables.name} `, bounds ? el("small", {}, bounds) : "");
    at("about").textContent = tables.about;
    const [first, second] = tables.variables.filter(({ values }) => values.length > 1).map(({ name, values }) => [name.split(".").slice(1).join("."), values[1]]);
    at("query").placeholder = second ? `${first[0]}=${first[1]} and not ${second[0]}=${second[1]}` : "name=value";
    const names = new Set(tables.variables.flatMap(({ name, values }) => (values.length > 20 ? [] : values.map((value) => `${name.split(".").slice(1).join(".")}=${value}`))));
    at("names").replaceChildren(...[...names].slice(0, 400).map((value) => el("option", { value })));
  }

  /* Where commands begin jobs, the operations that a table of the product lists are the jobs that can begin. */
  const BEGINS = /^(\w+)_starts\(/;
  function allowed(machine, enabled) {
    const commands = (numbers) => [...new Set(numbers.flatMap((number) => (BEGINS.exec(machine.tables.transitions[number].name) || []).slice(1)))];
    at("allowed").hidden = !commands(machine.steps.map((_, number) => number)).length;
    at("allowed").textContent = `Allowed operations: ${commands(enabled).join(", ") || "none"}`;
  }
  function actions(machine, state, take) {
    const enabled = machine.enabled(state);
    allowed(machine, enabled);
    at("next-title").replaceChildren("What can happen ", el("small", {}, `${enabled.length} of ${machine.steps.length} actions`));
    at("actions").replaceChildren(...enabled.map((number, place) => el("li", {}, action(machine, state, number, place, take))));
    if (!enabled.length) at("actions").append(el("li", { class: "note" }, "Nothing goes on here."));
    const barred = at("barred");
    const why = () => at("reasons").replaceChildren(...(barred.open ? reasons(machine, state, enabled) : []));
    barred.ontoggle = why;
    why();
  }
  function action(machine, state, number, place, take) {
    const { name, rule, doc } = machine.tables.transitions[number];
    let changes = [], warnings = [];
    try {
      const after = machine.after(number, state);
      changes = machine.changes(state, after);
      warnings = [...machine.brokenBy(number, state), ...machine.broken(after).filter((claim) => !machine.broken(state).includes(claim))].map((claim) => `breaks ${claim.rule}: ${claim.name}`);
    } catch (mistake) {
      warnings = [`${mistake.message} (${mistake.cause})`];
    }
    return el("button", { type: "button", class: "action", onclick: () => take(number) },
      el("span", { class: "n", "aria-hidden": "true" }, place < 9 ? String(place + 1) : ""),
      el("span", { class: "mono" }, name), el("span", { class: "rule" }, rule),
      doc && bare(doc) !== name.split("(")[0].replaceAll("_", " ") ? el("span", { class: "what" }, doc) : "",
      el("span", { class: "chips" }, ...(changes.length ? chips(changes) : [el("span", { class: "note" }, warnings.length ? "" : "changes nothing")])),
      ...warnings.map((text) => el("span", { class: "warn" }, text)));
  }
  function reasons(machine, state, enabled) {
    const barred = machine.tables.transitions.map((_, number) => number).filter((number) => !enabled.includes(number));
    return barred.map((number) => {
      const { name, rule } = machine.tables.transitions[number];
      return el("li", {}, el("span", { class: "mono" }, name), " ", el("span", { class: "note" }, `${rule} needs`), " ", ...machine.missing(number, state).map((text) => el("span", { class: "chip mono" }, bare(text))));
    });
  }

  function variables(machine, state, before) {
    const parts = new Map();
    machine.variables.forEach((variable, place) => parts.set(variable.part, [...(parts.get(variable.part) || []), place]));
    at("variables").replaceChildren(...[...parts].map(([part, places]) => el("div", { class: "part" }, el("h3", { class: "mono" }, part), el("dl", { class: "values mono" }, ...places.flatMap((place) => {
      const { name, history } = machine.variables[place], value = machine.shown(place, state);
      const changed = before !== null && state[place] !== before[place];
      return [el("dt", { class: changed ? "new" : null, title: history ? "remembers what happened; no action reads it" : null }, name.slice(part.length + 1) + (history ? " *" : "")),
        el("dd", { class: changed ? "new" : null }, ...(changed ? [el("del", {}, machine.shown(place, before)), " → "] : []), value)];
    })))));
  }

  const MARKS = { always: ["holds", "good"], whenever: ["kept", "good"], sometimes: ["not here", ""] };
  function verdict({ claim, labels, by }) {
    if (!labels.length) return MARKS[claim.kind];
    return { always: ["BROKEN", "bad"], whenever: [by.length ? "at risk" : "kept", "odd"], sometimes: ["here", "odd"] }[claim.kind];
  }
  function claims(machine, state) {
    const found = machine.claims(state), bad = found.filter((each) => each.claim.kind !== "sometimes" && each.labels.length);
    at("claims-title").replaceChildren("Claims ", el("small", {}, bad.length ? `${bad.length} broken or at risk` : "all hold here"));
    const order = [...bad, ...found.filter((each) => !bad.includes(each))];
    const promises = machine.tables.promises.map(({ rule, name, doc }) => row("of runs", "", rule, name, [doc, "A promise about runs: no single state shows it. siteproof explore judges it."]));
    at("claims").replaceChildren(...order.map((each) => {
      const [word, tone] = verdict(each), { claim, labels, by } = each;
      const steps = by.map((number) => `From here ${machine.tables.transitions[number].name} breaks it.`);
      const said = claim.says.slice(0, 6).map(([label, text]) => `${label ? `${label}: ` : ""}${bare(text)}`);
      const of = labels.length && labels[0] && claim.says.length > 1 ? [`${claim.kind === "sometimes" ? "Witnessed" : "Broken"} for: ${labels.join("; ")}`] : [];
      return row(word, tone, claim.rule, `${claim.kind}: ${claim.name}`, [...of, ...steps, claim.doc, claim.why ? `Why it matters: ${claim.why}` : ""], said);
    }), ...promises);
  }
  function row(word, tone, rule, name, lines, code = []) {
    return el("li", {}, el("details", {}, el("summary", {}, el("span", { class: `mark ${tone}` }, word), el("span", { class: "said" }, name), el("span", { class: "note" }, rule)),
      el("div", { class: "inside" }, ...lines.filter(Boolean).map((line) => el("p", {}, line)), ...code.map((line) => el("p", { class: "mono" }, line)))));
  }

  function way(machine, steps, place, go) {
    at("way-title").replaceChildren("Way ", el("small", {}, counted(steps.length, "step")));
    const begin = el("li", {}, el("button", { type: "button", "aria-current": place === 0 ? "step" : null, onclick: () => go(0) }, el("span", { class: "n" }, "0"), el("span", {}, "the initial state")));
    let before = machine.initial;
    const rows = steps.map(({ number, state }, index) => {
      const { name, rule } = machine.tables.transitions[number];
      const broken = [...machine.brokenBy(number, before), ...machine.broken(state)].map((claim) => el("span", { class: "warn" }, `broken: ${claim.rule} ${claim.name}`));
      before = state;
      return el("li", {}, el("button", { type: "button", class: index >= place ? "ahead" : null, "aria-current": place === index + 1 ? "step" : null, onclick: () => go(index + 1) },
        el("span", { class: "n" }, String(index + 1)), el("span", { class: "mono" }, name), el("span", { class: "rule" }, rule), ...broken));
    });
    at("steps").replaceChildren(begin, ...rows);
    into(at("steps"), place);
  }
  function into(list, index) {
    const row = list.children[index];
    if (row) list.scrollTop = Math.max(0, row.offsetTop - list.clientHeight / 2);
  }

  /* A record: whose it is, its frames, and what the model says of the one that is looked at. */
  function record(shown, chosen, place, walks, { choose, go, leave, close }) {
    at("record").hidden = shown === null;
    if (shown === null) return;
    const track = shown.tracks[chosen], frame = track.frames[place];
    const pick = el("select", { "aria-label": "Whose record", onchange: (event) => choose(Number(event.target.value)) }, ...shown.tracks.map(({ name, wrong }, index) => el("option", { value: index, selected: index === chosen }, `${wrong ? "✗ " : ""}${name}`)));
    const frames = track.frames.map((each, index) => el("li", {}, el("button", { type: "button", "aria-current": index === place ? "step" : null, onclick: () => go(index) },
      el("span", { class: "n" }, String(index + 1)), el("span", { class: "mono" }, each.text), el("span", { class: "rule" }, each.where), each.wrong ? el("span", { class: "warn" }, `contradicted: ${each.wrong}`) : "")));
    at("record-title").replaceChildren("Record ", el("small", {}, shown.name));
    at("record-body").replaceChildren(
      ...shown.notes.map((note) => el("p", {}, note)),
      el("div", { class: "row" }, pick, el("button", { type: "button", disabled: place === 0, onclick: () => go(place - 1) }, "◀ Step back"), el("button", { type: "button", disabled: place >= track.frames.length - 1, onclick: () => go(place + 1) }, "Step on ▶"),
        el("button", { type: "button", disabled: !walks, onclick: leave }, "Walk on from here"), el("button", { type: "button", onclick: close }, "Close record")),
      el("ol", { id: "frames", "aria-label": "Steps of the record" }, ...frames));
    into(at("frames"), place);
    at("record-body").append(el("p", {}, `Allowed here: ${frame.allowed.join(", ") || "no command"}.${frame.wrong ? ` The model: ${frame.model}` : ""}`));
  }

  function told(text, bad = false) {
    at("told").textContent = text;
    at("told").classList.toggle("bad", bad);
  }
  return { at, el, head, actions, variables, claims, way, record, told, counted };
})();
