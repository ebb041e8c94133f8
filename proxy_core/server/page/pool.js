// The list of what the pool holds. Rows are kept and updated, so that open ones stay open.

import { call } from "./api.js";
import { ask, busy, button, el, say, withLinks } from "./dom.js";
import { isBilled, serviceWords, vertexButtons } from "./vertex.js";
import { kindWord, now, number, span, stateWords } from "./words.js";

const rows = new Map();
let list = null;
let signInAgain = () => {};
let outdated = () => {};

const SIGN_IN_HELPS = ["needs_sign_in", "scope_missing", "client_invalid"];
const FINE = ["ready", "busy", "disabled"];

/** into: the list element; onSignIn(id): signs an account in again; onOutdated: a rest has ended. */
export function startPool(into, onSignIn, onOutdated) {
  list = into;
  signInAgain = onSignIn;
  outdated = onOutdated;
}

/** Shows these credentials. */
export function showPool(credentials) {
  const projects = new Map();
  const unit = (view) => `${view.project} ${view.service}`; // at Vertex AI a project has other quotas
  for (const view of credentials) projects.set(unit(view), (projects.get(unit(view)) ?? 0) + 1);
  const seen = new Set();
  credentials.forEach((view, at) => {
    seen.add(view.id);
    const row = rows.get(view.id) ?? newRow(view.id);
    update(row, view, view.project ? projects.get(unit(view)) - 1 : 0);
    if (list.children[at] !== row.item) list.insertBefore(row.item, list.children[at] ?? null);
  });
  for (const [id, row] of rows) {
    if (seen.has(id)) continue;
    row.item.remove();
    rows.delete(id);
  }
}

/** Once a second: counts down. */
export function tick() {
  let ended = false;
  for (const time of list.querySelectorAll("[data-until]")) {
    const left = Number(time.dataset.until) - now();
    time.textContent = `${time.dataset.before ?? ""}${span(left)}`;
    ended ||= left < 0 && left > -30;
  }
  if (ended) outdated();
}

// -- one row --------------------------------------------------------------------------------------

function newRow(id) {
  const parts = {
    avatar: el("span", { className: "avatar" }),
    label: el("span", { className: "label" }),
    meta: el("span", { className: "meta" }),
    chips: el("span", { className: "chips" }),
    use: el("span", { className: "use" }),
    trouble: el("div", { className: "trouble" }),
    numbers: el("div"),
    actions: el("div", { className: "actions" }),
  };
  parts.avatar.setAttribute("aria-hidden", "true");
  const summary = el("summary", {}, parts.avatar,
    el("span", { className: "who" }, parts.label, parts.meta), parts.chips, parts.use,
    el("span", { className: "chevron" }));
  parts.details = el("details", {}, summary,
    el("div", { className: "detail" }, parts.numbers, parts.actions));
  parts.details.addEventListener("toggle", () => parts.view && fill(parts));
  const row = { item: el("li", {}, parts.details, parts.trouble), parts };
  rows.set(id, row);
  return row;
}

function update(row, view, sharing) {
  const { parts } = row;
  const drawn = JSON.stringify([view, sharing]);
  if (parts.drawn === drawn) return;
  Object.assign(parts, { drawn, view, sharing });
  row.item.classList.toggle("off", view.state === "disabled");
  parts.avatar.textContent = (view.label.match(/[\p{L}\p{N}]/u)?.[0] ?? "?").toUpperCase();
  parts.avatar.dataset.kind = view.kind;
  parts.label.textContent = view.label;
  parts.label.title = view.label;
  const project = view.project && !view.label.includes(view.project) ? view.project : null;
  parts.meta.textContent = [kindWord(view.kind), project, serviceWords(view), view.store].filter(Boolean).join(" · ");
  parts.chips.replaceChildren(...chips(view));
  parts.use.replaceChildren(...tightest(view));
  redraw(parts.trouble, [view.state, view.sentence, view.next_step], () => trouble(view));
  fill(parts);
}

/** Draws only what has changed: a button must not vanish between press and release. */
function redraw(element, from, draw) {
  const key = JSON.stringify(from);
  if (element.dataset.drawn === key) return;
  element.dataset.drawn = key;
  const focused = [...element.querySelectorAll("button")].indexOf(document.activeElement);
  element.replaceChildren(...draw());
  if (focused >= 0) element.querySelectorAll("button")[focused]?.focus();
}

function chip(state, text = null, until = null) {
  const [tone, word] = stateWords(state);
  const time = until ? el("span", { data: { until } }, span(until - now())) : null;
  return el("span", { className: `chip ${tone}` }, text ?? word, time ? " " : null, time);
}

const rests = (model) => model.until !== null && model.until > now();

function chips(view) {
  const resting = view.models.filter(rests);
  if (view.state === "ready" && resting.length) {
    const first = resting.reduce((one, other) => (other.until < one.until ? other : one));
    if (resting.length === view.models.length) return [chip(first.state, null, first.until)];
    const words = `${resting.length} of ${view.models.length} models resting`;
    return [chip("ready"), el("span", { className: "soft small" }, words)];
  }
  const busyNow = view.in_flight ? el("span", { className: "soft small" }, `${view.in_flight} running`) : null;
  return [chip(view.state, null, view.until), busyNow].filter(Boolean);
}

function bar(used, limit, label) {
  const share = limit ? Math.min(1, used / limit) : 0;
  const tone = share >= 0.9 ? "full" : "";
  return el("progress", { max: 1, value: share, className: tone, label });
}

/** The model nearest to its limit of the day stands for the row. */
function tightest(view) {
  const limited = view.models.filter((model) => model.limit_day);
  const share = (model) => model.used_day / model.limit_day;
  const model = limited.sort((one, other) => share(other) - share(one))[0];
  if (model) {
    const text = `${number(model.used_day)} of ${number(model.limit_day)}`;
    const name = el("span", { className: "soft" }, ` ${model.model.replace("gemini-", "")}`);
    return [el("span", { className: "one-line" }, text, name), bar(model.used_day, model.limit_day, `${model.model}: ${text} today`)];
  }
  const used = view.models.reduce((sum, one) => sum + one.used_day, 0);
  return used ? [el("span", {}, number(used), el("span", { className: "soft" }, " · no known limit"))]
    : [el("span", { className: "soft" }, "Not used yet")];
}

function trouble(view) {
  if (FINE.includes(view.state)) return [];
  const words = el("p", {}, el("strong", {}, `${view.sentence} `), ...withLinks(view.next_step));
  const help = view.kind === "account" && SIGN_IN_HELPS.includes(view.state)
    ? button("Sign in again", () => signInAgain(view.id, isBilled(view)), "small primary") : null;
  return [words, help].filter(Boolean);
}

// -- what a row shows when it is open -------------------------------------------------------------

function fill({ details, numbers, actions, view, sharing }) {
  if (!details.open) return;
  const clearable = !FINE.includes(view.state) || view.models.some(rests);
  numbers.replaceChildren(facts(view, sharing), models(view));
  redraw(actions, [view.id, view.label, view.enabled, view.state, view.service, view.location, clearable],
    () => actionsFor(view, clearable));
}

function facts(view, sharing) {
  const all = [
    ["State", view.sentence],
    ["Since", view.since > 0 ? `${span(now() - view.since)} ago` : "not known"],
    ["Project", view.project ?? "not known yet"],
    ["Quota", sharing ? `shared with ${sharing} other${sharing > 1 ? "s" : ""} of this project` : "its own"],
    ["Used with", serviceWords(view) ?? "Gemini API"],
    ["Kept in", view.store],
    ["ID", view.id || "none"],
  ];
  return el("dl", { className: "facts" }, ...all.flatMap(([term, text]) =>
    [el("dt", {}, term), el("dd", {}, text)]));
}

function models(view) {
  if (!view.models.length) return "";
  return el("ul", { className: "models" }, ...view.models.map((model) => el("li", {},
    el("span", { className: "model" }, model.model),
    chip(rests(model) || model.until === null ? model.state : "ready", null, rests(model) ? model.until : null),
    gauge("this minute", model.used_minute, model.limit_minute),
    gauge("today", model.used_day, model.limit_day))));
}

function gauge(period, used, limit) {
  const text = limit ? `${number(used)} of ${number(limit)}` : `${number(used)} used`;
  return el("span", { className: "gauge" }, el("span", { className: "small" },
    text, el("span", { className: "soft" }, ` ${period}`)),
  limit ? bar(used, limit, `${text} ${period}`) : null);
}

function actionsFor(view, clearable) {
  const path = `/accounts/${encodeURIComponent(view.id)}`;
  const change = (body, words) => (event) => busy(event.currentTarget, async () => {
    await call("PATCH", path, body);
    say(words);
  });
  const canWork = view.state !== "unreadable" && view.id;
  return [
    canWork ? button("Check now", (event) => check(event.currentTarget, path)) : null,
    canWork ? (view.enabled ? button("Disable", change({ enabled: false }, "Disabled."))
      : button("Enable", change({ enabled: true }, "Enabled."))) : null,
    canWork ? button("Rename…", (event) => rename(event.currentTarget, view, path)) : null,
    canWork && clearable ? button("Clear cooldowns", (event) => busy(event.currentTarget, async () => {
      await call("POST", `${path}/clear`);
      say("What Google says next counts.");
    })) : null,
    view.kind === "account" && canWork ? button("Sign in again", () => signInAgain(view.id, isBilled(view))) : null,
    ...(canWork ? vertexButtons(view, path, () => signInAgain(view.id, true), tellCheck) : []),
    view.id ? button("Remove…", (event) => remove(event.currentTarget, path), "danger") : null,
  ].filter(Boolean);
}

async function check(control, path) {
  await busy(control, async () => {
    const { results } = await call("POST", `${path}/check`);
    for (const result of results) tellCheck(result);
  });
}

export function tellCheck(result) {
  const words = result.ok ? "Google answered: it works." : [result.sentence, result.next_step].join(" ");
  say(`${result.label}: ${words}`, result.ok ? "good" : "bad");
}

async function rename(control, view, path) {
  const answer = await ask({
    title: "Rename", label: "Name", value: view.label, ok: "Rename",
    text: "Leave it empty to get back the name that Pollux gave.",
  });
  if (answer) await busy(control, () => call("PATCH", path, { label: answer.value.trim() }));
}

async function remove(control, path) {
  let removal = null;
  if (!await busy(control, async () => { removal = await call("GET", `${path}/removal`); })) return;
  const answer = await ask({
    title: `Remove ${removal.label}?`, text: removal.sentence, ok: "Remove", danger: true,
    tick: removal.can_revoke ? "Also revoke Pollux's access at Google" : null,
  });
  if (answer) await busy(control, async () => {
    await call("DELETE", `${path}?revoke=${answer.ticked}`);
    say(`${removal.label} was removed.`);
  });
}
