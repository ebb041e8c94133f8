"""Has Google take an account's access back: the one thing that a removal may ask of it.

Not here: whether that may be offered (`accounts`).
"""

import aiohttp

from proxy_core.commands import Refusal, RefusalCode
from proxy_core.credentials.endpoints import REVOKE_URL, endpoint
from proxy_core.credentials.model import AccountSecret, Credential

PATIENCE_S = 20.0


async def revoke_access(
    session: aiohttp.ClientSession, credential: Credential, base_url: str | None
) -> None:
    """credential: an account that was removed here. Raises Refusal where Google did not do it.

    Ends every grant of the account to clients of the same Google Cloud project.
    """
    assert isinstance(credential.secret, AccountSecret)
    form = {"token": credential.secret.refresh_token.get_secret_value()}
    try:
        async with session.post(
            endpoint(REVOKE_URL, base_url),
            data=form,
            timeout=aiohttp.ClientTimeout(total=PATIENCE_S),
            allow_redirects=False,
        ) as answer:
            done = answer.status in (200, 400)  # 400: it was not valid any more
    except (aiohttp.ClientError, TimeoutError, OSError):
        done = False
    if not done:
        raise Refusal(
            RefusalCode.UNAVAILABLE,
            "It was removed here, but Google could not be asked to revoke the access.",
            "Revoke it at https://myaccount.google.com/connections.",
        )
