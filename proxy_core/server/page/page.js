// Starts the page: the bearer token first, then the pool, kept up to date by events.

import { call, onSessionEnd, watch } from "./api.js";
import { openAdding, startAdding } from "./add.js";
import { $, busy, copy, el, say } from "./dom.js";
import { begin, refreshSignIn, startGoogle } from "./google.js";
import { showPool, startPool, tellCheck, tick } from "./pool.js";
import { number, stateWords } from "./words.js";

let stopWatching = null;
let ticking = 0;
let first = true;
let asked = 0;

async function open() {
  let about;
  try {
    about = await call("GET", "/about");
  } catch (error) {
    if (error.status !== 401) showGate(error);
    return;
  }
  $("gate").hidden = true;
  $("console").hidden = $("sign-out").hidden = $("bar-state").hidden = false;
  $("version").textContent = about.version;
  $("notice").textContent = about.notice;
  $("notice").hidden = !about.notice;
  $("endpoint").hidden = about.gen_creds;
  $("kept-in").textContent = about.kept_in ? `Place for new ones: ${about.kept_in}.` : "";
  first = true;
  await startGoogle();
  stopWatching ??= watch(show, lost);
  ticking ||= setInterval(tick, 1000);
}

function showGate(error = null) {
  stopWatching?.();
  stopWatching = null;
  clearInterval(ticking);
  ticking = 0;
  $("gate").hidden = false;
  $("console").hidden = $("sign-out").hidden = $("bar-state").hidden = true;
  showPool([]);
  $("gate-form").hidden = error !== null && error.status === 403;
  $("gate-error").textContent = "";
  if (error) $("gate-text").textContent = [error.message, error.nextStep].join(" ");
  else $("token").focus();
}

function show(state) {
  const { credentials, totals } = state;
  const [tone, word] = stateWords(state.state);
  $("state-dot").className = `dot ${tone}`;
  $("state-word").textContent = word;
  $("url").textContent = `${state.url}/v1`;
  $("figures").replaceChildren(...figures(totals));
  const able = credentials.filter((one) => ["ready", "busy"].includes(one.state)).length;
  $("summary").textContent = credentials.length
    ? `${able} of ${credentials.length} can serve requests` : "Nothing here yet";
  $("empty").hidden = credentials.length > 0;
  $("pool").hidden = $("check-all").hidden = credentials.length === 0;
  showPool(credentials);
  refreshSignIn();
  if (first && !credentials.length && state.state !== "starting") openAdding(true);
  first = false;
}

function figures(totals) {
  const tokens = totals.prompt_tokens + totals.output_tokens + totals.thought_tokens;
  const all = [["Requests", totals.exchanges], ["Failed", totals.failed], ["Tokens", tokens]];
  return all.map(([term, value]) => el("div", {}, el("dt", {}, term), el("dd", {}, number(value))));
}

function lost(isLost) {
  if (!isLost) return;
  $("state-dot").className = "dot off";
  $("state-word").textContent = "Connecting…";
}

/** A rest has ended, of which no event tells. */
async function refresh() {
  if (Date.now() - asked < 5000) return;
  asked = Date.now();
  show(await call("GET", "/state"));
}

$("gate-form").onsubmit = async (event) => {
  event.preventDefault();
  $("gate-error").textContent = "";
  event.submitter.disabled = true;
  try {
    await call("POST", "/session", { token: $("token").value.trim() });
    $("token").value = "";
    await open();
  } catch (error) {
    $("gate-error").textContent = [error.message, error.nextStep].join(" ");
    $("token").select();
  } finally {
    event.submitter.disabled = false;
  }
};

$("sign-out").onclick = async () => {
  await call("DELETE", "/session").catch(() => {});
  showGate();
};

$("copy-url").onclick = () => copy($("url").textContent);

$("check-all").onclick = (event) => busy(event.currentTarget, async () => {
  const { results } = await call("POST", "/accounts/check");
  const wrong = results.filter((result) => !result.ok);
  if (wrong.length) wrong.forEach(tellCheck);
  else say(`All ${results.length} work.`);
});

onSessionEnd(() => showGate());
startPool($("rows"), (id, vertex) => begin({ again: id, vertex }), () => refresh().catch(() => {}));
startAdding();
open();
