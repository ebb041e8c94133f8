// Small pieces of the page. Text is only ever set as text: nothing here parses HTML.

export const $ = (id) => document.getElementById(id);

/** An element; properties as of the DOM, `data` as data attributes; strings become text. */
export function el(tag, properties = {}, ...children) {
  const { data = {}, role, label, ...rest } = properties;
  const element = Object.assign(document.createElement(tag), rest);
  Object.assign(element.dataset, data);
  if (role) element.setAttribute("role", role);
  if (label) element.setAttribute("aria-label", label);
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export function button(text, onclick, className = "") {
  return el("button", { type: "button", className, onclick }, text);
}

const ON_THIS_MACHINE = ["127.0.0.1", "localhost", "[::1]"];

/** Whether an address may be opened: https, or, for sign-in at a simulated Google, loopback. */
export function opens(address, { loopback = false } = {}) {
  try {
    const url = new URL(address);
    return url.protocol === "https:" ||
      (loopback && url.protocol === "http:" && ON_THIS_MACHINE.includes(url.hostname));
  } catch {
    return false;
  }
}

export function link(address, text, className = "") {
  return el("a", { href: address, target: "_blank", rel: "noopener noreferrer", className }, text);
}

/** A sentence whose https addresses can be clicked. */
export function withLinks(sentence) {
  return sentence.split(/(https:\/\/[^\s"'<>()]*[^\s"'<>().,;:!?])/).map((piece, at) =>
    at % 2 && opens(piece) ? link(piece, piece.replace("https://", "")) : piece);
}

/** Tells something in passing, to eyes and to screen readers. */
export function say(text, tone = "good") {
  const toast = el("p", { className: `toast ${tone}` }, text);
  $("toasts").append(toast);
  setTimeout(() => toast.remove(), tone === "bad" ? 9000 : 4500);
}

/** Runs `work` with a control busy, and tells what goes wrong. Returns whether it went well. */
export async function busy(control, work) {
  control.disabled = true;
  control.setAttribute("aria-busy", "true");
  try {
    await work();
    return true;
  } catch (error) {
    say([error.message, error.nextStep].filter(Boolean).join(" "), "bad");
    return false;
  } finally {
    control.disabled = false;
    control.removeAttribute("aria-busy");
  }
}

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    say("Copied.");
  } catch {
    say("The browser did not allow to copy; select the text instead.", "bad");
  }
}

/** Asks; resolves to {value, ticked}, or to null where the answer is no. */
export function ask({ title, text = "", label = null, value = "", tick = null, ok, danger = false }) {
  const dialog = $("dialog");
  $("dialog-title").textContent = title;
  $("dialog-text").textContent = text;
  $("dialog-field").hidden = label === null;
  $("dialog-label").textContent = label ?? "";
  $("dialog-input").value = value;
  $("dialog-choice").hidden = tick === null;
  $("dialog-tick").checked = false;
  $("dialog-tick-text").textContent = tick ?? "";
  $("dialog-ok").textContent = ok;
  $("dialog-ok").classList.toggle("danger", danger);
  dialog.returnValue = "";
  dialog.showModal();
  (label === null ? $("dialog-cancel") : $("dialog-input")).focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "ok"
      ? { value: $("dialog-input").value, ticked: $("dialog-tick").checked } : null), { once: true });
  });
}

$("dialog-cancel").onclick = () => $("dialog").close();

/** Lets files be dropped on an area. */
export function droppable(area, take) {
  const mark = (on) => (event) => {
    event.preventDefault();
    area.classList.toggle("over", on);
  };
  area.addEventListener("dragenter", mark(true));
  area.addEventListener("dragover", mark(true));
  area.addEventListener("dragleave", mark(false));
  area.addEventListener("drop", (event) => {
    mark(false)(event);
    take([...event.dataTransfer.files]);
  });
}
