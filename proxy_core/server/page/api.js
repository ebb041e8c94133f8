// The admin API, as the page uses it. The session's cookie goes along by itself.

export class ApiError extends Error {
  constructor(status, { code = "", message, next_step: nextStep = "" }) {
    super(message);
    this.status = status;
    this.code = code;
    this.nextStep = nextStep;
  }
}

let ended = () => {};

/** What to do when the session has ended. */
export function onSessionEnd(callback) {
  ended = callback;
}

/** Calls `/admin/v1{path}`; returns its JSON, or null. Throws ApiError. */
export async function call(method, path, body) {
  const options = { method, headers: {}, credentials: "same-origin" };
  if (body !== undefined) {
    options.headers["Content-Type"] = "application/json";
    options.body = typeof body === "string" ? body : JSON.stringify(body);
  }
  let answer;
  try {
    answer = await fetch(`/admin/v1${path}`, options);
  } catch {
    throw new ApiError(0, { message: "Pollux does not answer.", next_step: "Is it still running?" });
  }
  if (answer.status === 204) return null;
  const content = await answer.json().catch(() => ({}));
  if (answer.ok) return content;
  if (answer.status === 401 && path !== "/session") ended();
  throw new ApiError(answer.status, content.error ?? { message: `The answer was ${answer.status}.` });
}

/** Watches the state for ever; returns what ends it. `told(state)`, `lost(isLost)`. */
export function watch(told, lost) {
  let source = null;
  let timer = 0;
  const open = () => {
    source = new EventSource("/admin/v1/events");
    source.addEventListener("state", (event) => {
      lost(false);
      told(JSON.parse(event.data));
    });
    source.onerror = () => {
      lost(true);
      if (source.readyState !== EventSource.CLOSED) return; // it tries again by itself
      call("GET", "/about").catch(() => {}); // finds out whether the session has ended
      timer = setTimeout(open, 3000);
    };
  };
  open();
  return () => {
    clearTimeout(timer);
    source.close();
  };
}
