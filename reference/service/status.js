"use strict";
// Machines, health, RPO against its threshold, timeline of points, jobs, events. Text only through textContent.
const ask = async (verb, body = {}) => {
  const reply = await fetch(`/v1/${verb}`, { method: "POST", body: JSON.stringify(body) });
  const found = await reply.json();
  if (!reply.ok) throw new Error((found.problem || found.refused || [reply.status])[0]);
  return found.answer;
};
const make = (name, text = "", kind = "") => {
  const made = document.createElement(name);
  made.textContent = text;
  if (kind) made.className = kind;
  return made;
};
const time = (ms) => new Date(ms).toISOString().slice(0, 19).replace("T", " ");
const timeline = (points) => {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 1000 24");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", `${points.length} recovery points`);
  const first = points.length ? points[0].taken_at_ms : 0;
  const span = Math.max(1, points.length ? points.at(-1).taken_at_ms - first : 1);
  for (const point of points) {
    const tick = document.createElementNS(space, "line");
    const x = 10 + (980 * (point.taken_at_ms - first)) / span;
    for (const [name, value] of [["x1", x], ["x2", x], ["y1", 3], ["y2", 21]]) tick.setAttribute(name, value);
    tick.setAttribute("vector-effect", "non-scaling-stroke");  // the picture is as wide as the page, a tick is not
    if (point.consistency === "app") tick.setAttribute("class", "app");
    svg.append(tick);
  }
  return svg;
};
const card = (row, seen) => {
  const made = make("article");
  const head = make("h2", row.name);
  head.append(" ", make("small", seen.health, seen.health));
  made.append(head);
  const states = [row.protection, row.direction, `active: ${row.active}`, `resync: ${row.resync}`, `drill: ${row.drill}`];
  made.append(make("p", states.filter((state) => !state.endsWith(": none")).join(" · ")));
  const limit = row.rpo_threshold_minutes * 60000;
  if (seen.rpo_ms !== null) {
    made.append(make("small", `RPO ${Math.round(seen.rpo_ms / 1000)} s of ${limit / 1000} s`));
    const bar = make("div", "", seen.rpo_ms > limit ? "bar late" : "bar");
    const filled = make("i");
    filled.style.width = `${Math.min(100, (100 * seen.rpo_ms) / limit)}%`;
    bar.append(filled);
    made.append(bar);
  }
  made.append(timeline(seen.points));
  const ends = seen.points.length ? `${time(seen.points[0].taken_at_ms)} to ${time(seen.points.at(-1).taken_at_ms)}` : "";
  made.append(make("small", `${seen.points.length} points ${ends}`));
  return made;
};
const show = async () => {
  try {
    const rows = await ask("machine.list");
    const cards = await Promise.all(rows.map(async (row) => card(row, await ask("machine.show", { machine: row.name }))));
    document.getElementById("machines").replaceChildren(...cards);
    const jobs = (await ask("job.list")).slice(-10).reverse();
    const said = (job) => make("li", `${job.name} ${job.verb} ${job.machine}: ${job.state}`);
    document.getElementById("jobs").replaceChildren(...jobs.map(said));
    const events = (await ask("event.list")).slice(-15).reverse();
    const told = (event) => make("li", `${time(event.time_ms)} ${event.machine} ${event.code} ${event.detail}`);
    document.getElementById("events").replaceChildren(...events.map(told));
    document.getElementById("told").textContent = `as of ${time(Date.now())} UTC`;
  } catch (error) {
    document.getElementById("told").textContent = `no answer: ${error.message}`;
  }
};
show();
setInterval(show, 5000);
