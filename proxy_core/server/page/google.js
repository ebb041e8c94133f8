// Signing in with Google: the flow, the choice of projects, and the OAuth client it needs.

import { call } from "./api.js";
import { orderTabs, openAdding, showTab } from "./add.js";
import { $, ask, busy, button, copy, droppable, el, link, opens, say, withLinks } from "./dom.js";
import { now, span } from "./words.js";

const CLOUD = "https://console.cloud.google.com";
const SCOPES = [
  "openid", "https://www.googleapis.com/auth/userinfo.email",
  "https://www.googleapis.com/auth/generative-language.retriever",
  "https://www.googleapis.com/auth/cloud-platform.read-only",
];
const OPEN = ["waiting", "exchanging", "choosing_project"];
let client = null;
let current = null;
let shown = "";
let timer = 0;

export async function startGoogle() {
  client = await call("GET", "/oauth-client").catch((error) => {
    say([error.message, error.nextStep].join(" "), "bad");
    return { kind: "none", source: "", sentence: "", next_step: "", ways: [] };
  });
  orderTabs(client.kind !== "none");
  show(null);
}

/** Begins a sign-in, or one again for the account of a credential. */
export async function begin(body, control = null) {
  openAdding(true);
  showTab("google");
  $("add").scrollIntoView({ block: "start" });
  const via = client.ways.includes("page") ? "page" : client.ways[0];
  await busy(control ?? $("tab-google"), async () => {
    show(await call("POST", "/sign-ins", via ? { ...body, via } : body));
    if (opens(current.url, { loopback: true })) window.open(current.url, "_blank", "noopener,noreferrer");
  });
}

/** Looks how the running sign-in stands; called after each event, too. */
export async function refreshSignIn() {
  if (!current || !OPEN.includes(current.status)) return;
  show(await call("GET", `/sign-ins/${current.id}`).catch(() => current));
}

function show(view) {
  current = view;
  clearInterval(timer);
  if (view && OPEN.includes(view.status)) timer = setInterval(refreshSignIn, 2000);
  const drawn = JSON.stringify([view, client]);
  if (drawn === shown) return; // what is being typed stays
  shown = drawn;
  $("sign-in").replaceChildren(...(view ? progress(view) : start()));
  $("client").classList.toggle("missing", client.kind === "none");
  $("client").replaceChildren(...(view && OPEN.includes(view.status) ? [] : clientPart()));
}

const act = (path, body, method = "POST") => (event) => busy(event.currentTarget ?? event.submitter, async () =>
  show(await call(method, `/sign-ins/${current.id}${path}`, body)));

// -- the flow -------------------------------------------------------------------------------------

function start() {
  if (client.kind === "none") return [];
  const project = el("input", { id: "project", maxLength: 100, autocomplete: "off", spellcheck: false });
  const vertex = el("input", { type: "checkbox", id: "vertex" });
  const form = el("form", {},
    el("label", { htmlFor: "project" }, "Project ID ", el("span", { className: "soft" }, "optional; left empty, Pollux looks for it")),
    project,
    el("label", { className: "tick" }, vertex, el("span", {}, "Also ask for Vertex AI, ",
      el("strong", {}, "which is billed"), " and asks for more rights")),
    el("button", { type: "submit", className: "primary" }, "Sign in with Google"));
  form.onsubmit = (event) => {
    event.preventDefault();
    const body = { vertex: vertex.checked };
    if (project.value.trim()) body.project = project.value.trim();
    begin(body, event.submitter);
  };
  return [form];
}

function progress(view) {
  const heading = el("p", { className: `step ${view.status}`, role: "status" },
    el("strong", {}, view.sentence), " ", ...withLinks(view.next_step));
  if (view.status === "waiting") return [heading, ...waiting(view)];
  if (view.status === "choosing_project") return [heading, ...choosing(view)];
  if (view.status === "exchanging") return [heading, cancelButton()];
  const word = view.status === "done" ? "Sign in another account" : "Try again";
  return [heading, button(word, () => show(null), view.status === "done" ? "" : "primary")];
}

const cancelButton = () => button("Cancel", act("", undefined, "DELETE"), "quiet");

function waiting(view) {
  const address = el("input", { id: "google-url", readOnly: true, value: view.url });
  const pasted = el("input", { id: "pasted", autocomplete: "off", spellcheck: false, required: true, placeholder: view.redirect_uri });
  const form = el("form", {},
    el("label", { htmlFor: "pasted" }, "Did your browser end on a page that does not load? Paste its address"),
    el("div", { className: "line" }, pasted, el("button", { type: "submit" }, "Continue")));
  form.onsubmit = (event) => {
    event.preventDefault();
    act("/redirect", { url: pasted.value.trim() })(event);
  };
  const left = Math.max(0, view.expires_at - now());
  return [
    opens(view.url, { loopback: true }) ? link(view.url, "Open Google's page", "as-button primary") : null,
    el("label", { htmlFor: "google-url" }, "Or open this address in the browser of your choice"),
    el("div", { className: "line" }, address, button("Copy", () => copy(view.url))),
    form,
    el("div", { className: "line end" }, el("span", { className: "soft small" }, `It waits for ${span(left)}.`), cancelButton()),
  ].filter(Boolean);
}

function choosing(view) {
  const before = [...$("sign-in").querySelectorAll(".project input")];
  const ticked = before.filter((box) => box.checked).map((box) => box.value);
  const wanted = (project) => (before.length ? ticked.includes(project.id) : project.recommended);
  const boxes = view.projects.map((project) => [project, el("input", {
    type: "checkbox", value: project.id, checked: wanted(project) && project.api !== "off", disabled: project.api === "off",
  })]);
  const choice = el("fieldset", {}, el("legend", {}, view.email ? `Projects of ${view.email}` : "Projects"),
    el("div", { className: "projects" }, ...boxes.map(([project, box]) => projectLine(project, box))));
  choice.hidden = !boxes.length;
  const other = el("input", { id: "other-project", maxLength: 100, autocomplete: "off", spellcheck: false, value: $("other-project")?.value ?? "" });
  const use = el("button", { type: "submit", className: "primary" }, "Use these projects");
  const form = el("form", {}, choice,
    el("label", { htmlFor: "other-project" }, boxes.length ? "Another project's ID " : "Project ID ",
      boxes.length ? el("span", { className: "soft" }, "optional") : null),
    other,
    el("div", { className: "line" }, use, button("Look again", act("/recheck")), cancelButton()));
  form.onsubmit = (event) => {
    event.preventDefault();
    const projects = boxes.filter(([, box]) => box.checked).map(([, box]) => box.value);
    if (other.value.trim()) projects.push(other.value.trim());
    if (!projects.length) say("Tick a project, or enter its ID.", "bad");
    else act("/projects", { projects })(event);
  };
  return [form];
}

function projectLine(project, box) {
  const notes = [
    project.recommended ? el("span", { className: "chip good" }, "Recommended") : null,
    project.known ? el("span", { className: "chip off" }, "In the pool") : null,
    project.api === "off" ? el("span", { className: "chip warn" }, "Gemini API off") : null,
    project.api === "off" && opens(project.link) ? link(project.link, "Switch it on at Google") : null,
  ].filter(Boolean);
  const shared = project.shared_with.length
    ? el("span", { className: "soft small" }, `Shares its quota with ${project.shared_with.join(", ")}`) : null;
  return el("div", { className: "project" }, el("label", { className: "tick" }, box,
    el("span", {}, el("strong", {}, project.name || project.id), " ", el("code", {}, project.id))),
  el("span", { className: "notes" }, ...notes), shared);
}

// -- the OAuth client -----------------------------------------------------------------------------

function clientPart() {
  if (client.kind !== "none") return [clientLine()];
  const take = ([file]) => file && takeClient(file);
  const input = el("input", { type: "file", id: "client-file", accept: ".json,application/json", onchange: () => take([...input.files]) });
  const drop = el("label", { className: "drop", htmlFor: "client-file" },
    el("span", { className: "drop-icon" }, "⤓"), el("strong", {}, "Drop client_secret_*.json here, or choose it"), input);
  droppable(drop, take);
  return [
    el("div", { className: "guided" }, el("h3", {}, "First, an OAuth client of your own"),
      el("p", { className: "soft" }, "Google lets programs sign you in only with a client. Make yours once, in four steps; it takes about five minutes."),
      el("ol", { className: "guide" }, ...guide().map((step) => el("li", {}, ...step)))),
    el("div", { className: "guided" }, drop,
      el("p", { className: "soft small" }, "Too much for now? ", button("Use an API key instead", () => showTab("keys", { focus: true }), "as-link"))),
  ];
}

function guide() {
  const library = (api, name) => link(`${CLOUD}/apis/library/${api}.googleapis.com`, name);
  return [
    [el("strong", {}, "A project. "), "Create one, or pick one that you have. ", link(`${CLOUD}/projectcreate`, "Create a project")],
    [el("strong", {}, "The APIs. "), "Switch on ", library("generativelanguage", "Generative Language API"), ", ",
      library("cloudresourcemanager", "Cloud Resource Manager API"), " and ", library("serviceusage", "Service Usage API"), "."],
    [el("strong", {}, "The consent screen. "), "Choose External, ", link(`${CLOUD}/auth/scopes`, "add these scopes"), " and ",
      link(`${CLOUD}/auth/audience`, "publish it “In production”"), ": while it is in testing, sign-ins end after 7 days.",
      el("div", { className: "line" }, el("code", { className: "scopes" }, SCOPES.join("\n")), button("Copy", () => copy(SCOPES.join("\n")), "small"))],
    [el("strong", {}, "The client. "), link(`${CLOUD}/auth/clients/create`, "Create an OAuth client"), " of type ",
      el("strong", {}, "Desktop app"), " and download its JSON."],
  ];
}

function clientLine() {
  const forget = client.source === "imported" ? button("Forget", forgetClient, "small") : null;
  return el("aside", { className: "aside" }, el("h3", {}, "Your OAuth client"),
    el("p", {}, client.sentence, " ", ...withLinks(client.next_step)), forget);
}

async function takeClient(file) {
  await busy($("client-file") ?? $("tab-google"), async () => {
    client = await call("PUT", "/oauth-client", await file.text());
    orderTabs(true);
    show(null);
    say("The OAuth client is ready. Now sign in with Google.");
  });
}

async function forgetClient(event) {
  const answer = await ask({ title: "Forget the OAuth client?", ok: "Forget", danger: true,
    text: "Accounts that signed in with it go on working. To sign in again, you need its file once more." });
  if (answer) await busy(event.target, async () => {
    client = await call("DELETE", "/oauth-client");
    show(null);
  });
}
