// Vertex AI, which is billed: what a row says of it, and the switch to it and back.

import { call } from "./api.js";
import { ask, busy, button, say } from "./dom.js";

export const isBilled = (view) => view.service === "vertex";

/** What a credential is used with; null where nothing need be said. */
export const serviceWords = (view) =>
  isBilled(view) ? `Vertex AI · billed · ${view.location}` : null;

/** path: of the credential; signIn(): its account signs in again, for Vertex AI too; checked(result). */
export function vertexButtons(view, path, signIn, checked) {
  const turn = (text, act) => button(text, (event) => act(event.currentTarget));
  const stop = turn("Stop using Vertex AI", (control) =>
    change(control, path, { service: "gemini" }, checked));
  const use = turn(isBilled(view) ? "Vertex AI location…" : "Use Vertex AI…", async (control) => {
    const answer = await ask({
      title: `Use Vertex AI for ${view.label}?`, ok: "Use Vertex AI", label: "Location",
      value: view.location ?? "global",
      text: "Google bills every call of Vertex AI. It is used last: only while no credential of the Gemini API is free, or for what it alone can do.",
    });
    const body = answer && { service: "vertex", location: answer.value.trim() };
    if (body) await change(control, path, body, checked, view.kind === "account" ? signIn : null);
  });
  return isBilled(view) ? [use, stop] : [use];
}

async function change(control, path, body, checked, signIn = null) {
  let narrow = null;
  await busy(control, async () => {
    try {
      await call("PATCH", path, body);
    } catch (error) {
      if (error.code !== "scope_missing" || !signIn) throw error;
      narrow = error;
      return;
    }
    const { results } = await call("POST", `${path}/check`);
    const wrong = results.filter((result) => !result.ok);
    wrong.forEach(checked);
    if (!wrong.length) say(body.service === "vertex" ? "Vertex AI is used, and billed." : "The Gemini API is used.");
  });
  if (!narrow) return;
  const text = `${narrow.message} ${narrow.nextStep} Then switch it on.`;
  if (await ask({ title: "Sign in again for Vertex AI?", text, ok: "Sign in again" })) signIn();
}
