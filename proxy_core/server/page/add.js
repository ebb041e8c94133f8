// Adding API keys and files, and the tabs around all ways to add.

import { call } from "./api.js";
import { $, busy, droppable, el } from "./dom.js";

const OUTCOMES = { added: ["good", "added"], renewed: ["good", "renewed"], known: ["off", "known already"], refused: ["bad", "refused"] };
const TABS = ["google", "keys", "files"];
let chosen = [];

export function startAdding() {
  for (const name of TABS) $(`tab-${name}`).onclick = () => showTab(name);
  $("tabs").onkeydown = moveInTabs;
  $("keys-form").onsubmit = addKeys;
  $("files-form").onsubmit = importFiles;
  $("files").onchange = () => choose([...$("files").files]);
  droppable($("files-drop"), choose);
  $("add-toggle").onclick = () => openAdding($("add").hidden);
}

export function openAdding(open) {
  $("add").hidden = !open;
  $("add-toggle").setAttribute("aria-expanded", String(open));
}

export function showTab(name, { focus = false } = {}) {
  for (const one of TABS) {
    const selected = one === name;
    $(`tab-${one}`).setAttribute("aria-selected", String(selected));
    $(`tab-${one}`).tabIndex = selected ? 0 : -1;
    $(`panel-${one}`).hidden = !selected;
  }
  if (focus) $(`tab-${name}`).focus();
}

/** The way that works first: API keys where there is no OAuth client. */
export function orderTabs(hasClient) {
  const first = hasClient ? "google" : "keys";
  if ($("tabs").firstElementChild !== $(`tab-${first}`)) $("tabs").prepend($(`tab-${first}`));
  showTab(first);
}

function moveInTabs(event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const tabs = [...$("tabs").children];
  const at = tabs.indexOf(document.activeElement);
  const next = tabs[(at + step + tabs.length) % tabs.length];
  showTab(next.id.replace("tab-", ""), { focus: true });
}

async function addKeys(event) {
  event.preventDefault();
  const body = { text: $("keys").value };
  if ($("key-label").value.trim()) body.label = $("key-label").value.trim();
  if ($("key-project").value.trim()) body.project = $("key-project").value.trim();
  await busy(event.submitter, async () => {
    const report = await call("POST", "/accounts/keys", body);
    showReport($("keys-report"), report);
    if (report.items.every((item) => item.outcome !== "refused")) event.target.reset();
  });
}

// -- files ----------------------------------------------------------------------------------------

function choose(files) {
  chosen = files;
  const names = files.map((file) => file.name);
  const more = names.length > 3 ? ` and ${names.length - 3} more` : "";
  $("files-names").textContent = names.slice(0, 3).join(", ") + more;
  $("files-chosen").hidden = !files.length;
  $("files-report").replaceChildren();
}

async function importFiles(event) {
  event.preventDefault();
  await busy(event.submitter ?? $("files-chosen").querySelector("button"), async () => {
    const files = await Promise.all(chosen.map(async (file) =>
      ({ name: file.name, content: await asBase64(file), encoding: "base64" })));
    const body = { files };
    if ($("passphrase").value) body.passphrase = $("passphrase").value;
    try {
      showReport($("files-report"), await call("POST", "/accounts/import", body));
    } catch (error) {
      if (/passphrase/i.test(`${error.message} ${error.nextStep}`)) {
        $("files-passphrase").hidden = false;
        $("passphrase").focus();
      }
      throw error;
    }
    chosen = [];
    event.target.reset();
    $("files-chosen").hidden = $("files-passphrase").hidden = true;
  });
}

/** A file's bytes, not its text: what is no UTF-8 must arrive as it is. */
function asBase64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(new Error(`${file.name} cannot be read.`));
    reader.readAsDataURL(file);
  });
}

function showReport(into, report) {
  const items = report.items.map((item) => {
    const [tone, word] = OUTCOMES[item.outcome] ?? ["off", item.outcome];
    const what = [item.label, item.reason].filter(Boolean).join(": ");
    return el("li", {}, el("span", { className: `chip ${tone}` }, word),
      el("span", {}, el("span", { className: "soft" }, item.source), what ? ` ${what}` : ""));
  });
  const added = report.items.filter((item) => ["added", "renewed"].includes(item.outcome)).length;
  const summary = added ? `${added} kept in the ${report.store}.` : "Nothing was added.";
  into.replaceChildren(el("p", { role: "status" }, summary), el("ul", {}, ...items));
}
