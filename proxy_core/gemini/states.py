"""States of credentials and models, and the words for them: plain data for people.

Not here: when a state begins or ends (the pool's ledger), nor how a cause is found (`faults`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from proxy_core.gemini.faults import Cause, Fault


class CredentialState(StrEnum):
    READY = "ready"
    BUSY = "busy"
    "Every place that MAX_CONCURRENCY allows is taken."
    NEEDS_SIGN_IN = "needs_sign_in"
    SCOPE_MISSING = "scope_missing"
    KEY_INVALID = "key_invalid"
    KEY_RESTRICTED = "key_restricted"
    SUSPENDED = "suspended"
    LEAKED = "leaked"
    BILLING = "billing"
    API_OFF = "api_off"
    PROJECT_DENIED = "project_denied"
    CLIENT_INVALID = "client_invalid"
    BLOCKED_BY_ADMIN = "blocked_by_admin"
    REGION = "region"
    DISABLED = "disabled"
    "By the owner."
    UNREADABLE = "unreadable"
    "Its file or vault entry cannot be read."


class ModelState(StrEnum):
    """Of one model in one project."""

    READY = "ready"
    COOLING = "cooling"
    DAY_SPENT = "day_spent"
    NOT_IN_TIER = "not_in_tier"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Description:
    """A state in words."""

    sentence: str
    next_step: str
    "What the owner can do; empty where there is nothing to do."


CREDENTIAL_STATES: Mapping[Cause, CredentialState] = {
    Cause.TOKEN_EXPIRED: CredentialState.NEEDS_SIGN_IN,
    Cause.NEEDS_SIGN_IN: CredentialState.NEEDS_SIGN_IN,
    Cause.SCOPE_MISSING: CredentialState.SCOPE_MISSING,
    Cause.KEY_INVALID: CredentialState.KEY_INVALID,
    Cause.KEY_RETIRED: CredentialState.KEY_INVALID,
    Cause.KEY_RESTRICTED: CredentialState.KEY_RESTRICTED,
    Cause.SUSPENDED: CredentialState.SUSPENDED,
    Cause.LEAKED: CredentialState.LEAKED,
    Cause.BILLING: CredentialState.BILLING,
    Cause.API_OFF: CredentialState.API_OFF,
    Cause.PROJECT_DENIED: CredentialState.PROJECT_DENIED,
    Cause.CLIENT_INVALID: CredentialState.CLIENT_INVALID,
    Cause.BLOCKED_BY_ADMIN: CredentialState.BLOCKED_BY_ADMIN,
    Cause.REGION: CredentialState.REGION,
}
"Causes that lie with a credential or its project. TOKEN_EXPIRED only once a refresh failed."

OF_THE_SIGN_IN = frozenset(
    {
        CredentialState.NEEDS_SIGN_IN,
        CredentialState.SCOPE_MISSING,
        CredentialState.KEY_INVALID,
        CredentialState.CLIENT_INVALID,
        CredentialState.BLOCKED_BY_ADMIN,
    }
)
"States that say nothing about a new sign-in, or a new key of a service account."

OF_THE_SERVICE = frozenset(
    {
        CredentialState.SCOPE_MISSING,
        CredentialState.KEY_INVALID,
        CredentialState.KEY_RESTRICTED,
        CredentialState.API_OFF,
        CredentialState.BILLING,
        CredentialState.PROJECT_DENIED,
        CredentialState.BLOCKED_BY_ADMIN,
        CredentialState.REGION,
    }
)
"States at the Gemini API that say nothing about Vertex AI, and the other way round."

MODEL_STATES: Mapping[Cause, ModelState] = {
    Cause.MODEL_UNAVAILABLE: ModelState.UNAVAILABLE,
    Cause.NOT_IN_TIER: ModelState.NOT_IN_TIER,
    Cause.DAY_QUOTA: ModelState.DAY_SPENT,
    Cause.MINUTE_QUOTA: ModelState.COOLING,
    Cause.REFUSED: ModelState.COOLING,
    Cause.CAPACITY: ModelState.COOLING,
    Cause.SPEND_CAP: ModelState.COOLING,
}
"Causes that rest a model. The first DAY_QUOTA in a row may still be a short rest."

_STATES: Mapping[Cause, CredentialState | ModelState] = {**CREDENTIAL_STATES, **MODEL_STATES}

_NOTHING = ""
_WAIT = "Nothing to do: it comes back by itself."

STATE_TEXTS: Mapping[CredentialState | ModelState, Description] = {
    CredentialState.READY: Description("Ready.", _NOTHING),
    CredentialState.BUSY: Description("Answering as many requests as it may.", _NOTHING),
    CredentialState.NEEDS_SIGN_IN: Description(
        "Google no longer accepts this sign-in.", "Sign in again."
    ),
    CredentialState.SCOPE_MISSING: Description(
        "The sign-in does not include permission to use Gemini.",
        "Sign in again and leave every box ticked.",
    ),
    CredentialState.KEY_INVALID: Description(
        "Google does not know this key: it has expired, or was deleted or disabled.",
        "Create a new key and add it here: API keys in AI Studio, those of service accounts in the "
        "Google Cloud console.",
    ),
    CredentialState.KEY_RESTRICTED: Description(
        "A restriction of this API key keeps it from this service.",
        "Allow the Gemini API and this computer for the key in the Google Cloud console, "
        "or create another key in AI Studio.",
    ),
    CredentialState.SUSPENDED: Description(
        "Google has suspended or limited this account or project.",
        "Read Google's e-mail about it and appeal there. Pollux leaves it out until then.",
    ),
    CredentialState.LEAKED: Description(
        "Google blocked this API key because it was found in public.",
        "Delete the key in AI Studio, create a new one and keep it out of shared files.",
    ),
    CredentialState.BILLING: Description(
        "The project has no working billing, or its credit is used up.",
        "Check billing and credit of the project in AI Studio.",
    ),
    CredentialState.API_OFF: Description(
        "The Gemini API is switched off in this project.",
        "Switch it on in the Google Cloud console, then check again.",
    ),
    CredentialState.PROJECT_DENIED: Description(
        "Google does not let this credential use the project.",
        "Choose another project, or ask the project's owner for the role Service Usage Consumer.",
    ),
    CredentialState.CLIENT_INVALID: Description(
        "Google refuses the OAuth client that this account signed in with.",
        "Import the current client_secret file of your OAuth client, then sign in again.",
    ),
    CredentialState.BLOCKED_BY_ADMIN: Description(
        "Google or an administrator blocks this account from the Gemini API.",
        "Ask the administrator of the account, or use another account.",
    ),
    CredentialState.REGION: Description(
        "Google does not offer this where Pollux runs.",
        "Enable billing for the project, or run Pollux in a supported region.",
    ),
    CredentialState.DISABLED: Description("You switched it off.", "Switch it on to use it."),
    CredentialState.UNREADABLE: Description(
        "Its stored file or vault entry cannot be read.", "Import it again, or remove it."
    ),
    ModelState.READY: Description("Ready.", _NOTHING),
    ModelState.COOLING: Description("Google asked for a pause.", _WAIT),
    ModelState.DAY_SPENT: Description("The project's daily quota for this model is spent.", _WAIT),
    ModelState.NOT_IN_TIER: Description(
        "The project's tier does not include this model.",
        "Enable billing for the project in AI Studio, or choose another model.",
    ),
    ModelState.UNAVAILABLE: Description(
        "Google does not offer this model to the project.", "Choose another model."
    ),
}

VERTEX_TEXTS: Mapping[CredentialState | ModelState, Description] = {
    CredentialState.SCOPE_MISSING: Description(
        "The sign-in does not include permission to use Vertex AI (scope cloud-platform).",
        "Sign in again with Vertex AI chosen, and leave every box ticked.",
    ),
    CredentialState.KEY_INVALID: Description(
        "Vertex AI does not take this key: it is of AI Studio, or was deleted or disabled.",
        "Create a key for Vertex AI in the Google Cloud console, or use this one with the Gemini "
        "API.",
    ),
    CredentialState.KEY_RESTRICTED: Description(
        "A restriction of this API key keeps it from this service.",
        "Allow Vertex AI and this computer for the key in the Google Cloud console.",
    ),
    CredentialState.BILLING: Description(
        "The project has no working billing, without which Vertex AI answers nothing.",
        "Check billing of the project in the Google Cloud console.",
    ),
    CredentialState.API_OFF: Description(
        "Vertex AI is switched off in this project.",
        "Switch it on in the Google Cloud console, then check again.",
    ),
    CredentialState.PROJECT_DENIED: Description(
        "Google does not let this credential use the project.",
        "Choose another project, or ask the project's owner for the role Vertex AI User.",
    ),
    CredentialState.BLOCKED_BY_ADMIN: Description(
        "Google or an administrator blocks this account from Vertex AI.",
        "Ask the administrator of the account, or use another account.",
    ),
    ModelState.NOT_IN_TIER: Description(
        "The project has no quota for this model at Vertex AI.",
        "Ask for quota in the Google Cloud console, or choose another model.",
    ),
}
"States of which there is something else to say at Vertex AI."

CAUSE_TEXTS: Mapping[Cause, Description] = {
    Cause.BAD_REQUEST: Description("Google refused the request.", "Correct the request."),
    Cause.CONTEXT_TOO_LONG: Description(
        "The conversation is longer than the model can read.", "Shorten or summarise it."
    ),
    Cause.TOO_LARGE: Description(
        "The request is larger than Google accepts.", "Upload large files with the Files API."
    ),
    Cause.NOT_OWNED: Description(
        "The file or cache belongs to another project, or is gone.", "Upload it again."
    ),
    Cause.NOT_FOUND: Description("Google does not know what was asked for.", "Check its name."),
    Cause.SIGNATURE: Description(
        "Google does not accept a thought signature of the conversation.",
        "Start a new conversation if it happens again.",
    ),
    Cause.SCHEMA: Description("Google does not accept the schema.", "Simplify the schema."),
    Cause.THINKING: Description(
        "The model does not take this thinking setting.", "Choose another level or leave it out."
    ),
    Cause.PENALTY: Description("The model takes no penalties.", "Leave the penalties out."),
    Cause.KEY_RETIRED: Description(
        "Google retired this kind of key; create a new one in AI Studio.",
        "Create a new key in AI Studio and add it here.",
    ),
    Cause.MINUTE_QUOTA: Description(
        "The project's quota of this minute is spent for this model.", _WAIT
    ),
    Cause.REFUSED: Description("Google refused the request without a known reason.", _WAIT),
    Cause.CAPACITY: Description("Google has no capacity for this model at the moment.", _WAIT),
    Cause.FILE_QUOTA: Description(
        "The project takes no more uploaded files at the moment.",
        "Delete files of the project that nobody needs, or wait.",
    ),
    Cause.SPEND_CAP: Description(
        "The project has reached its spending limit.",
        "Wait, or raise the limit in AI Studio.",
    ),
    Cause.SERVER_ERROR: Description("Google had an internal error.", "Try again."),
    Cause.OVERLOADED: Description("The model is overloaded.", "Try again, or another model."),
    Cause.UPSTREAM_TIMEOUT: Description("Google took too long.", "Try again."),
    Cause.NETWORK: Description("Google could not be reached.", "Check the network and the proxy."),
    Cause.TRUNCATED: Description("Google's answer broke off.", "Try again."),
    Cause.EMPTY: Description("Google's answer was empty.", "Try again."),
    Cause.SIGNATURE_MISSED: Description(
        "The model missed a thought signature in the conversation.",
        "Start a new conversation if it happens again.",
    ),
    Cause.MALFORMED_CALL: Description("The model made a broken function call.", "Try again."),
    Cause.BAD_ANSWER: Description(
        "The answer did not come from the Gemini API.",
        "Check whether a proxy or a sign-in page stands between Pollux and Google.",
    ),
    Cause.OUR_BUG: Description(
        "Pollux sent something that Google does not allow.", "Please report it."
    ),
}
"Causes that have words of their own; the others share those of their state."

_SAYS_MORE = frozenset({Cause.PROJECT_DENIED, Cause.REFUSED})
"Causes where only Google's own message tells what is missing."

_SAYS_IT_BETTER = frozenset({Cause.NEEDS_SIGN_IN, Cause.CLIENT_INVALID, Cause.BLOCKED_BY_ADMIN})
"Causes found by a refresh, whose faults carry a sentence for people already."


def state_of(cause: Cause) -> CredentialState | ModelState | None:
    """The state a cause leads to; None where neither credential nor model is to blame."""
    return _STATES.get(cause)


def describe(
    state: CredentialState | ModelState,
    fault: Fault | None = None,
    until: float | None = None,
    *,
    vertex: bool = False,
) -> Description:
    """A state in words, as exact as the fault that led to it allows.

    vertex: of a credential that is used with Vertex AI.
    fault: ignored where it does not lead to this state (the owner switched it off since).
    until: epoch seconds at which the state ends by itself.
    """
    words = STATE_TEXTS[state]
    if vertex and state in VERTEX_TEXTS:
        words = VERTEX_TEXTS[state]
    if fault is not None and state_of(fault.cause) is state:
        words = CAUSE_TEXTS.get(fault.cause, words)
        if fault.cause in _SAYS_MORE:
            words = Description(f"{words.sentence} It says: {fault.message}", words.next_step)
        elif fault.cause in _SAYS_IT_BETTER:
            words = told(fault.message, words.next_step)
        if fault.link is not None:
            words = Description(words.sentence, f"{words.next_step} {fault.link}".strip())
    if until is None:
        return words
    end = _date(until, "%Y-%m-%d %H:%M UTC")
    return Description(f"{words.sentence} Until {end}.", words.next_step)


def told(message: str, next_step: str) -> Description:
    """What a refresh found. Advice at the end of the sentence is the next step, and said once.

    message: e.g. "Google ended this sign-in: sign in again."
    """
    what, _, advice = message.rpartition(": ")
    if what and advice.endswith("sign in again."):
        return Description(f"{what}.", advice[0].upper() + advice[1:])
    return Description(message, next_step)


def _date(at: float, form: str) -> str:
    """A point in time for people, whatever number was stored."""
    try:
        return datetime.fromtimestamp(at, UTC).strftime(form)
    except (ValueError, OverflowError, OSError):
        return "an unknown time"


def describe_cause(cause: Cause) -> Description:
    """One failed attempt in words."""
    return CAUSE_TEXTS[cause] if cause in CAUSE_TEXTS else STATE_TEXTS[_STATES[cause]]


def sign_in_warning(ends_at: float | None, now: float, *, certain: bool = True) -> Description:
    """A ready account in words: until when its sign-in lasts, where that is known.

    ends_at: epoch seconds; None: it is not known to end.
    certain: Google said so; else an earlier sign-in with the same OAuth client ended so.
    """
    words = STATE_TEXTS[CredentialState.READY]
    if ends_at is None or ends_at <= now:
        return words
    day = _date(ends_at, "%Y-%m-%d")
    why = (
        f"This sign-in ends on {day}, because Google limits it: it does so after 7 days while "
        'the consent screen of the OAuth client is in "Testing".'
        if certain
        else f"This sign-in ends on {day} if the consent screen of the OAuth client is still in "
        '"Testing", as it was when an earlier sign-in ended after 7 days.'
    )
    return Description(f"{words.sentence} {why}", _PUBLISH)


_PUBLISH = (
    'Publish the app ("In production") on the consent screen of its Google Cloud project, then '
    "sign in again."
)
