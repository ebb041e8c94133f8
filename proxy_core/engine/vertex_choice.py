"""Whether a credential may be given to Vertex AI at all, as far as it says so itself.

Not here: what Google says (`checking`), such as that a key is of the other service.
"""

from proxy_core.commands import Refusal, RefusalCode
from proxy_core.credentials.model import (
    AccountSecret,
    Credential,
    CredentialKind,
    Service,
    is_location,
)
from proxy_core.credentials.oauth_answers import missing_scope
from proxy_core.gemini.states import CredentialState, describe

NO_LOCATION = "global"
"What a credential of the Gemini API has for a location."


def refuse_unfit(credential: Credential, location: str) -> None:
    """Raises Refusal where Vertex AI could not even be asked."""
    if not is_location(location):
        raise Refusal(
            RefusalCode.INVALID,
            "This is no location of Vertex AI.",
            "Name global, us, eu or a region such as europe-west4.",
        )
    if credential.project is None and credential.kind is not CredentialKind.API_KEY:
        raise Refusal(
            RefusalCode.INVALID,
            "Vertex AI needs a project in every request, and this credential names none.",
            "Add it again with its project.",
        )
    secret = credential.secret
    if isinstance(secret, AccountSecret) and missing_scope(secret.scopes, Service.VERTEX):
        words = describe(CredentialState.SCOPE_MISSING, vertex=True)
        raise Refusal(RefusalCode.SCOPE_MISSING, words.sentence, words.next_step)
