"""Google's addresses for sign-in and set-up, the only ones this package speaks to.

Not here: the Gemini API and Vertex AI themselves, which are `upstream`'s.
"""

from urllib.parse import urlsplit

AUTHORIZATION_URL = "https://accounts.google.com/o/oauth2/v2/auth"
TOKEN_URL = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
REVOKE_URL = "https://oauth2.googleapis.com/revoke"
USERINFO_URL = "https://openidconnect.googleapis.com/v1/userinfo"
PROJECTS_URL = "https://cloudresourcemanager.googleapis.com/v3/projects"
SERVICES_URL = "https://serviceusage.googleapis.com/v1/projects"

GOOGLE_HOSTS = frozenset(
    urlsplit(url).netloc
    for url in (AUTHORIZATION_URL, TOKEN_URL, USERINFO_URL, PROJECTS_URL, SERVICES_URL)
)

GOOGLE_AUTHORIZATION_URIS = frozenset(
    {AUTHORIZATION_URL, "https://accounts.google.com/o/oauth2/auth"}
)
"""What `auth_uri` of an OAuth client's file may say; only `AUTHORIZATION_URL` is ever used."""

GOOGLE_TOKEN_URIS = frozenset(
    {
        TOKEN_URL,
        "https://accounts.google.com/o/oauth2/token",
        "https://www.googleapis.com/oauth2/v3/token",
        "https://www.googleapis.com/oauth2/v4/token",
    }
)
"""What `token_uri` of a credential file may say: today's address and those of older files.

Only `TOKEN_URL` is ever called: any other receiver would get refresh token and client secret.
"""


def endpoint(url: str, base_url: str | None) -> str:
    """`url`, with scheme, host and port of `base_url` where one is given."""
    if not base_url:
        return url
    base = urlsplit(base_url)
    return urlsplit(url)._replace(scheme=base.scheme, netloc=base.netloc).geturl()
