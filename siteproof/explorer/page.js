"use strict";
/* The page's state: a machine, a way through it and the place on that way. Rule: the address holds all of it. */
(() => {
  const { at, el } = View, data = JSON.parse(at("data").textContent), SEARCHED_STATES_MAX = 200000;
  let machine = new Walk.Machine(data.walk), way = [], place = 0, past = [], written = "";
  let record = null, chosen = 0, frame = 0, busy = false;

  const here = () => (place ? way[place - 1].state : machine.initial);
  const numbers = () => way.map(({ number }) => number);
  function built(steps) {
    let state = machine.initial;
    return steps.map((number) => {
      if (!machine.steps[number] || !machine.allows(number, state)) throw new Walk.Mistake("the way does not exist", "one of its steps is not possible", "was it made for another version of the specification?");
      state = machine.after(number, state);
      return { number, state };
    });
  }

  function draw() {
    const before = place === 0 ? null : place > 1 ? way[place - 2].state : machine.initial;
    View.actions(machine, here(), take);
    View.variables(machine, here(), before);
    View.claims(machine, here());
    View.way(machine, way, place, go);
    const track = record && record.tracks[chosen];
    View.record(record, chosen, frame, Boolean(track) && track.frames[frame].way !== null, {
      choose: (index) => { chosen = index; toFrame(0); }, go: toFrame, leave: walkOn, close: () => { record = null; draw(); },
    });
    at("back").disabled = place === 0;
    at("forward").disabled = place === way.length;
    at("undo").disabled = past.length === 0;
    at("restart").disabled = way.length === 0;
  }
  /* A new way is a new entry of the browser's history; going along it is not. */
  function write(isNew) {
    const address = `#way=${numbers().join(".")}&at=${place}&of=${machine.tables.digest}`;
    written = address;
    if (isNew) location.hash = address;
    else history.replaceState(null, "", address);
  }
  function set(steps, where = steps.length) {
    const found = built(steps);
    past.push({ steps: numbers(), place });
    way = found;
    place = where;
    draw();
    write(true);
  }
  function go(where) {
    place = Math.max(0, Math.min(way.length, where));
    draw();
    write(false);
  }
  function take(number) {
    const { name } = machine.tables.transitions[number];
    try {
      set([...numbers().slice(0, place), number]);
      View.told(`${name} was taken: step ${place}.`);
      const first = at("actions").querySelector("button");
      if (first && document.activeElement === document.body) first.focus();
    } catch (mistake) { complain(mistake); }
  }
  function undo() {
    const last = past.pop();
    if (!last) return;
    way = built(last.steps);
    place = last.place;
    draw();
    write(false);
    View.told("Undone.");
  }
  function restart() { set([]); View.told("At the initial state."); }

  function complain(mistake) {
    if (!(mistake instanceof Walk.Mistake)) throw mistake;
    View.told([mistake.message, mistake.cause, mistake.hint].filter(Boolean).join(" · "), true);
  }
  /* One long thing at a time; what it finds is told, and what is wrong with it too. */
  async function during(what, work) {
    if (busy) return;
    busy = true;
    View.told(what);
    try { View.told(await work()); } catch (mistake) { complain(mistake); } finally { busy = false; }
  }
  let breath = 0;
  const breathe = async (states) => {
    if (performance.now() - breath < 60) return;
    View.told(`${View.counted(states, "state")} looked at …`);
    await new Promise((resolve) => setTimeout(resolve, 0));
    breath = performance.now();
  };
  async function ask(path, body) {
    const reply = await fetch(path, { method: "POST", body, headers: { "Content-Type": "application/json" } });
    const answer = await reply.json();
    if (answer.problem) throw new Walk.Mistake(...answer.problem);
    return answer;
  }
  const jump = (text) => during(`looking for ${text} …`, async () => {
    const wanted = Walk.query(machine, text);
    let found;
    if (data.live && !record) {
      const answer = await ask(`way?of=${encodeURIComponent(machine.tables.name)}`, JSON.stringify(text));
      found = { states: answer.states, way: answer.trace === null ? null : Walk.follow(machine, answer.trace) };
    } else found = await Walk.shortest(machine, wanted, SEARCHED_STATES_MAX, breathe);
    if (found.way === null) throw new Walk.Mistake(`no state of ${View.counted(found.states, "state")} is like that`, text, "");
    set(found.way);
    return `${text}: ${View.counted(found.way.length, "step")}, none shorter.`;
  });
  const toBroken = () => during("looking for a broken claim …", async () => {
    const found = await Walk.shortest(machine, (state) => machine.isWrong(state), SEARCHED_STATES_MAX, breathe);
    if (found.way === null) return `No claim is broken in any of ${View.counted(found.states, "state")}.`;
    set(found.way);
    if (machine.broken(here()).length) return `${machine.broken(here())[0].rule} is broken after ${View.counted(found.way.length, "step")}.`;
    set([...numbers(), machine.offence(here())]);
    return `The last of ${View.counted(way.length, "step")} breaks a claim about steps.`;
  });

  function show(loaded) {
    if (loaded.walk) { machine = new Walk.Machine(loaded.walk); way = []; place = 0; past = []; View.head(machine.tables); at("spec").value = machine.tables.name; }
    record = loaded;
    chosen = Math.max(0, loaded.tracks.findIndex(({ wrong }) => wrong));
    const wrong = loaded.tracks[chosen].frames.findIndex((each) => each.wrong);
    toFrame(wrong < 0 ? 0 : wrong);
  }
  function toFrame(index) {
    frame = index;
    const { way: steps } = record.tracks[chosen].frames[frame];
    if (steps !== null) { way = built(steps); place = way.length; written = ""; }
    draw();
  }
  function walkOn() {
    const { way: steps } = record.tracks[chosen].frames[frame];
    record = null;
    set(steps);
    View.told("From here the model goes on; the way is the shortest one to the state that was shown.");
  }
  const load = (files) => during("reading …", async () => {
    const texts = await Promise.all([...files].map(async (file) => ({ name: file.name, text: await file.text() })));
    const trace = texts.length === 1 ? itf(texts[0].text) : null;
    if (trace) {
      begin(texts[0].name, trace);
      return at("told").textContent;
    }
    if (!data.live) throw new Walk.Mistake("only traces in ITF are read without a server", texts.map(({ name }) => name).join(", "), "siteproof explore --web --trace FILE opens the rest");
    show(await ask("record", JSON.stringify(texts)));
    return `${record.name}: ${View.counted(record.tracks.length, "track")}.`;
  });
  function begin(name, trace) {
    set(Walk.follow(machine, trace), 0);
    View.told(`${name}: ${View.counted(way.length, "step")}; → goes on.`);
  }
  function itf(text) {
    try {
      const found = JSON.parse(text);
      return found && Array.isArray(found.states) && found.states[0] && typeof found.states[0] === "object" && !("kind" in found) ? found : null;
    } catch { return null; }
  }

  function read() {
    if (location.hash === written) return;
    const said = new URLSearchParams(location.hash.slice(1));
    try {
      if (said.has("query")) { jump(said.get("query")); return; }
      if (said.has("of") && said.get("of") !== machine.tables.digest) throw new Walk.Mistake("the address was made for another version of this specification", "its numbers mean something else now", "ask for the state instead");
      const steps = (said.get("way") || "").split(".").filter(Boolean).map(Number);
      way = built(steps);
      const asked = said.has("at") ? Number(said.get("at")) : way.length;
      place = Number.isInteger(asked) ? Math.max(0, Math.min(way.length, asked)) : way.length;
      written = location.hash;
    } catch (mistake) { complain(mistake); }
    draw();
  }

  function focusAction(step) {
    const buttons = [...at("actions").querySelectorAll("button")], index = buttons.indexOf(document.activeElement);
    const next = buttons[index < 0 ? (step > 0 ? 0 : buttons.length - 1) : (index + step + buttons.length) % buttons.length];
    if (next) next.focus();
  }
  const KEYS = {
    ArrowLeft: () => (record ? toFrame(Math.max(0, frame - 1)) : go(place - 1)),
    ArrowRight: () => (record ? toFrame(Math.min(record.tracks[chosen].frames.length - 1, frame + 1)) : go(place + 1)),
    ArrowUp: () => focusAction(-1), ArrowDown: () => focusAction(1),
    "/": () => { at("query").focus(); at("query").select(); }, "?": () => at("keys").showModal(), u: undo, r: restart, b: toBroken,
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || at("keys").open) return;
    if (event.target.matches("input, select")) { if (event.key === "Escape") event.target.blur(); return; }
    const nth = /^[1-9]$/.test(event.key) ? at("actions").querySelectorAll("button")[Number(event.key) - 1] : null;
    const act = nth ? () => nth.click() : KEYS[event.key];
    if (act) { event.preventDefault(); act(); }
  });
  at("jump").addEventListener("submit", (event) => { event.preventDefault(); if (at("query").value.trim()) jump(at("query").value.trim()); });
  for (const [id, act] of [["back", () => go(place - 1)], ["forward", () => go(place + 1)], ["undo", undo], ["restart", restart], ["broken", toBroken], ["load", () => at("file").click()], ["help", () => at("keys").showModal()]]) at(id).addEventListener("click", act);
  at("link").addEventListener("click", async () => { write(false); try { await navigator.clipboard.writeText(location.href); View.told("The address is copied."); } catch { View.told(`The address: ${location.href}`); } });
  at("save").addEventListener("click", () => {
    const name = `${machine.tables.name}-${way.length}-steps.itf.json`, text = JSON.stringify(Walk.itf(machine, numbers(), `a way of ${View.counted(way.length, "step")}`), null, 1);
    const address = URL.createObjectURL(new Blob([`${text}\n`], { type: "application/json" }));
    el("a", { href: address, download: name }).click();
    URL.revokeObjectURL(address);
    View.told(`Saved as ${name}; siteproof explore --web --trace opens it again.`);
  });
  at("file").addEventListener("change", () => { load(at("file").files); at("file").value = ""; });
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => { event.preventDefault(); load(event.dataTransfer.files); });
  window.addEventListener("hashchange", read);
  if (data.names) {
    at("others").hidden = false;
    at("spec").replaceChildren(...data.names.map((name) => el("option", { value: name, selected: name === data.walk.name }, name)));
    at("spec").addEventListener("change", () => { location.href = `/${encodeURIComponent(at("spec").value)}`; });
  }
  View.head(machine.tables);
  read();
  draw();
  if (data.record) {
    try { if (data.record.itf) begin(data.record.name, data.record.itf); else show(data.record); } catch (mistake) { complain(mistake); }
  }
  document.body.dataset.ready = "yes";
})();
