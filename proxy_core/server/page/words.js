// Words and tones for the slugs of the state, and numbers as people read them.

const STATES = {
  ready: ["good", "Ready"],
  busy: ["info", "Busy"],
  needs_sign_in: ["bad", "Sign in again"],
  scope_missing: ["bad", "Permission missing"],
  key_invalid: ["bad", "Key invalid"],
  key_restricted: ["bad", "Key restricted"],
  suspended: ["bad", "Suspended"],
  leaked: ["bad", "Key leaked"],
  billing: ["warn", "Billing"],
  api_off: ["warn", "API off"],
  project_denied: ["bad", "Project denied"],
  client_invalid: ["bad", "Client invalid"],
  blocked_by_admin: ["bad", "Blocked by admin"],
  region: ["bad", "Region"],
  disabled: ["off", "Disabled"],
  unreadable: ["bad", "Unreadable"],
  cooling: ["info", "Resting"],
  day_spent: ["info", "Day spent"],
  not_in_tier: ["off", "Not in this tier"],
  unavailable: ["off", "Unavailable"],
  starting: ["info", "Starting"],
  serving: ["good", "Serving"],
  degraded: ["warn", "No usable credential"],
  paused: ["warn", "Paused"],
  stopping: ["warn", "Stopping"],
  stopped: ["off", "Stopped"],
};

const KINDS = { account: "Google account", api_key: "API key", service_account: "Service account", unknown: "Unknown kind" };

export function stateWords(state) {
  return STATES[state] ?? ["off", state.replaceAll("_", " ")];
}

export const kindWord = (kind) => KINDS[kind] ?? kind.replaceAll("_", " ");

const plain = new Intl.NumberFormat("en");
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

export const number = (value) => (value < 100000 ? plain : compact).format(value);

export const now = () => Date.now() / 1000;

/** "42 s", "3 min", "5 h 10 min", "2 days". */
export function span(seconds) {
  const left = Math.max(0, Math.round(seconds));
  if (left < 90) return `${left} s`;
  const minutes = Math.round(left / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  return `${Math.round(hours / 24)} days`;
}

