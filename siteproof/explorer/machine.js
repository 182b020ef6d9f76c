"use strict";
/* The interpreter of a page: tables (model/engines/formats/walk.py) become a machine that is walked, searched, asked.
   Rule: it touches no document and no network, and means what the plain search of siteproof means; a test compares them. */
const Walk = (() => {
  const joinedBy = (whole) => (parts) => (state) => {
    for (const part of parts) if (!part(state) === whole) return whole ? 0 : 1;
    return whole ? 1 : 0;
  };
  const OPS = {
    not: ([a]) => (s) => (a(s) ? 0 : 1),
    and: joinedBy(true),
    or: joinedBy(false),
    equal: ([a, b]) => (s) => (a(s) === b(s) ? 1 : 0),
    less: ([a, b]) => (s) => (a(s) < b(s) ? 1 : 0),
    at_most: ([a, b]) => (s) => (a(s) <= b(s) ? 1 : 0),
    add: ([a, b]) => (s) => a(s) + b(s),
    subtract: ([a, b]) => (s) => a(s) - b(s),
    choose: ([a, b, c]) => (s) => (a(s) ? b(s) : c(s)),
  };

  class Mistake extends Error {
    constructor(problem, cause, hint) { super(problem); this.cause = cause; this.hint = hint; }
  }

  class Machine {
    constructor(tables) {
      this.tables = tables;
      this.variables = tables.variables;
      this.initial = Uint8Array.from(tables.variables, (variable) => variable.initial);
      const nodes = [];
      for (const [op, ...args] of tables.nodes) {
        const value = args[0];
        if (op === "constant") nodes.push(() => value);
        else if (op === "variable") nodes.push((state) => state[value]);
        else nodes.push(OPS[op](args.map((place) => nodes[place])));
      }
      this.nodes = nodes;
      this.guarded = tables.claims.filter(({ kind }) => kind !== "sometimes").flatMap(({ instances }) => instances.map(([, place]) => nodes[place]));
      this.steps = tables.transitions.map((step) => ({
        guards: step.guards.map(([place]) => nodes[place]),
        effects: step.effects.map(([target, place]) => [target, nodes[place]]),
      }));
    }
    allows(number, state) { return this.steps[number].guards.every((guard) => guard(state)); }
    enabled(state) { return this.steps.map((_, number) => number).filter((number) => this.allows(number, state)); }
    missing(number, state) {
      return this.tables.transitions[number].guards.filter((_, place) => !this.steps[number].guards[place](state)).map(([, text]) => text);
    }
    /* The state after a step; a value outside of its range is a Mistake, as it is for the search. */
    after(number, state) {
      const next = state.slice();
      for (const [target, value] of this.steps[number].effects) {
        const code = value(state), { low, values, name } = this.variables[target];
        if (code < low || code >= low + values.length) {
          const step = this.tables.transitions[number];
          throw new Mistake(`${name} would become ${code}, it holds ${low}..${low + values.length - 1}`, `${step.name}, ${step.source}`, "guard the step, or widen the range");
        }
        next[target] = code;
      }
      return next;
    }
    shown(place, state) { const { low, values } = this.variables[place]; return values[state[place] - low]; }
    changes(before, after) {
      return this.variables.flatMap(({ name }, place) => (before[place] === after[place] ? [] : [{ place, name, before: this.shown(place, before), after: this.shown(place, after) }]));
    }
    /* Of each claim: the instances that fail (of a sometimes: that hold), and for a whenever the steps that break it. */
    claims(state) {
      return this.tables.claims.map((claim) => {
        const wanted = claim.kind === "sometimes";
        const places = claim.instances.flatMap(([, node], place) => (Boolean(this.nodes[node](state)) === wanted ? [place] : []));
        return { claim, labels: [...new Set(places.map((place) => claim.instances[place][0]))], by: places.map((place) => claim.by[place]).filter((number) => number !== undefined) };
      });
    }
    broken(state) { return this.claims(state).filter(({ claim, labels }) => claim.kind === "always" && labels.length).map(({ claim }) => claim); }
    brokenBy(number, state) { return this.claims(state).filter(({ claim, by }) => claim.kind === "whenever" && by.includes(number)).map(({ claim }) => claim); }
    /* Whether some claim about states, or about a step from here, is broken. */
    isWrong(state) { return this.guarded.some((keeps) => !keeps(state)); }
    /* A step from this state that breaks a claim about steps, or null. */
    offence(state) {
      for (const { claim, by } of this.claims(state)) if (claim.kind === "whenever" && by.length) return by[0];
      return null;
    }
  }

  /* Breadth first, so that the way is as short as any: {way, states}, the way null when nothing is wanted. */
  async function shortest(machine, wanted, statesMax, breathe) {
    const key = (state) => String.fromCharCode.apply(null, state);
    const states = [machine.initial], parents = [-1], via = [-1], seen = new Set([key(machine.initial)]);
    const way = (number) => { const found = []; for (; number > 0; number = parents[number]) found.unshift(via[number]); return found; };
    for (let number = 0; number < states.length; number++) {
      if (wanted(states[number])) return { way: way(number), states: states.length };
      if (number % 512 === 0) await breathe(states.length);
      for (let step = 0; step < machine.steps.length; step++) {
        if (!machine.allows(step, states[number])) continue;
        const next = machine.after(step, states[number]), name = key(next);
        if (seen.has(name)) continue;
        if (states.length >= statesMax) throw new Mistake(`no answer within ${statesMax.toLocaleString("en")} states`, "this page looks no further", "siteproof explore --trace-to QUERY searches all of them");
        seen.add(name); states.push(next); parents.push(number); via.push(step);
      }
    }
    return { way: null, states: states.length };
  }

  const TOKEN = /\s*(?:(!=|<=|>=|==|[=<>])|([(),])|'([^']*)'|([^\s()=<>!,']+))/y;
  const EXAMPLE = "write for example protection=committed and not direction=reverse";
  function tokens(text) {
    const found = [], end = text.trimEnd().length;
    for (let at = 0; at < end; at = TOKEN.lastIndex) {
      TOKEN.lastIndex = at;
      const match = TOKEN.exec(text);
      if (!match) throw new Mistake(`\`${text}\` is no query`, `\`${text.slice(at).trim()}\` begins nothing here`, EXAMPLE);
      const kind = ["sign", "mark", "quoted", "word"][match.slice(1).findIndex((part) => part !== undefined)];
      found.push({ kind, text: match.slice(1).find((part) => part !== undefined) });
    }
    return found;
  }
  /* A query (model/engines/explore/query.py has the grammar) as a function of states. */
  function query(machine, text) {
    const words = tokens(text);
    let place = 0;
    const fail = (cause) => { throw new Mistake(`\`${text}\` is no query`, words[place] ? `at \`${words[place].text}\`: ${cause}` : `at its end: ${cause}`, EXAMPLE); };
    const took = (word) => { const now = words[place]; const yes = Boolean(now) && now.kind !== "quoted" && now.text.toLowerCase() === word; if (yes) place++; return yes; };
    const word = (what) => {
      const now = words[place];
      if (!now || !["word", "quoted"].includes(now.kind) || (now.kind === "word" && ["and", "or", "not"].includes(now.text.toLowerCase()))) fail(`${what} is expected`);
      place++;
      return now.text;
    };
    const any = () => { const parts = [all()]; while (took("or")) parts.push(all()); return joinedBy(false)(parts); };
    const all = () => { const parts = [one()]; while (took("and") || took(",")) parts.push(one()); return joinedBy(true)(parts); };
    const one = () => {
      if (took("not")) { const inner = one(); return (state) => !inner(state); }
      if (!took("(")) return compared();
      const inner = any();
      if (!took(")")) fail("a bracket is open");
      return inner;
    };
    const compared = () => {
      const name = word("a name"), sign = words[place];
      if (!sign || sign.kind !== "sign") throw new Mistake(`\`${name}\` is not a state`, "it needs a name and a value", EXAMPLE);
      place++;
      return leaf(machine, name, sign.text === "==" ? "=" : sign.text, word("a value"));
    };
    const found = any();
    if (place < words.length) fail("`and` or `or` has to stand between two conditions");
    return found;
  }
  const COMPARES = { "=": (a, b) => a === b, "!=": (a, b) => a === b, "<": (a, b) => a < b, "<=": (a, b) => a <= b, ">": (a, b) => a > b, ">=": (a, b) => a >= b };
  function leaf(machine, name, sign, value) {
    const of = (asked) => machine.variables.flatMap((variable, place) => (variable.name === asked || variable.name.endsWith(`.${asked}`) ? [place] : []));
    const found = of(name), places = found.length ? found : of(name === "phase" ? "protection" : name);
    if (!places.length) throw new Mistake(`${machine.tables.name} has no variable \`${name}\``, "none has this name", `there are: ${[...new Set(machine.variables.map((each) => each.name.split(".").slice(1).join(".")))].join(", ")}`);
    const { values, low, number } = machine.variables[places[0]];
    if (!number && !["=", "!="].includes(sign)) throw new Mistake(`\`${name}${sign}${value}\` compares what has no order`, `${name} is no number`, `write ${name}=${value}`);
    if (!values.includes(value)) throw new Mistake(`\`${name}\` is never \`${value}\``, `it has ${values.length} values`, `there are: ${values.join(", ")}`);
    const code = low + values.indexOf(value), compares = COMPARES[sign];
    const some = (state) => places.some((each) => compares(state[each], code));
    return sign === "!=" ? (state) => !some(state) : some;
  }

  /* The steps of a trace in ITF: each leads from a state to the next one that the trace shows. */
  function follow(machine, itf) {
    if (!Array.isArray(itf.states) || !itf.states.length) throw new Mistake("this is no trace", "it has no `states`", "load a trace in ITF, or what siteproof wrote");
    const value = (raw) => (raw !== null && typeof raw === "object" && "#bigint" in raw ? String(raw["#bigint"]) : String(raw));
    const fits = (state, shown) => machine.variables.every(({ name }, place) => !(name in shown) || machine.shown(place, state) === value(shown[name]));
    const known = machine.variables.filter(({ name }) => name in itf.states[0]);
    if (!known.length) throw new Mistake(`this is no trace of ${machine.tables.name}`, "none of its variables stands in it", "open the page of the specification that it is of");
    if (!fits(machine.initial, itf.states[0])) throw new Mistake("the trace begins elsewhere", "its first state is not the initial one", "is it of the same specification, with the same bounds?");
    let state = machine.initial;
    return itf.states.slice(1).map((shown, place) => {
      const meant = (shown["#meta"] || {}).action;
      const steps = machine.enabled(state).filter((number) => fits(machine.after(number, state), shown));
      if (!steps.length) throw new Mistake(`no step leads to state ${place + 1} of the trace`, meant ? `the trace says ${meant}` : "no action fits", "is it of the same specification, with the same bounds?");
      const number = steps.find((each) => machine.tables.transitions[each].name === meant) ?? steps[0];
      state = machine.after(number, state);
      return number;
    });
  }

  /* A way as a trace in ITF, as siteproof writes it. */
  function itf(machine, steps, description) {
    const shown = (state, meta) => ({ "#meta": meta, ...Object.fromEntries(machine.variables.map(({ name, number, values }, place) => {
      const text = machine.shown(place, state);
      return [name, number ? { "#bigint": text } : values.length === 2 && values[0] === "false" ? text === "true" : text];
    })) });
    let state = machine.initial;
    const rest = steps.map((number, place) => {
      const { rule, name } = machine.tables.transitions[number];
      state = machine.after(number, state);
      return shown(state, { index: place + 1, rule, action: name });
    });
    const about = { format: "ITF", "format-description": "https://apalache-mc.org/docs/adr/015adr-trace.html", source: machine.tables.name, description };
    return { "#meta": about, vars: machine.variables.map(({ name }) => name), states: [shown(machine.initial, { index: 0 }), ...rest] };
  }

  return { Machine, Mistake, shortest, query, follow, itf };
})();
if (typeof module !== "undefined") module.exports = Walk;
