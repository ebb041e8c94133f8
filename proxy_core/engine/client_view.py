"""The owner's OAuth client in words: what it is good for, and how to get one."""

from proxy_core.commands import OAuthClientView
from proxy_core.credentials.oauth_client import OAuthClient

WITHOUT = OAuthClientView(
    kind="none",
    source="",
    sentence="Signing in with Google needs an OAuth client of yours; an API key needs none.",
    next_step=(
        "Make one in four steps: "
        "1. Create a project at https://console.cloud.google.com/projectcreate. "
        "2. Switch on the Gemini API, the Cloud Resource Manager API and the Service Usage API. "
        "3. Set up the consent screen, add the scopes and publish it (In production). "
        "4. Create a client of type Desktop app and import its client_secret_*.json. "
        "Or add an API key instead: https://aistudio.google.com/apikey"
    ),
)

_SOURCES = {
    "settings": "from CLIENT_ID and CLIENT_SECRET",
    "imported": "imported",
    "built_in": "that came with this Pollux",
}


def client_view(client: OAuthClient | None, domain_name: str) -> OAuthClientView:
    """domain_name: DOMAIN_NAME, where Google sends the browser back to for a web client."""
    if client is None:
        return WITHOUT
    source = _SOURCES[client.source]
    if client.kind == "web":
        return OAuthClientView(
            kind="web",
            source=client.source,
            sentence=f"A web client, {source}: it signs in on the web page only.",
            next_step=(
                f"{domain_name}/oauth2/callback must stand among its redirect addresses at Google. "
                "For the window and the terminal, import a client of type Desktop app."
            ),
            ways=("page",),
        )
    kind = "A desktop client" if client.kind == "installed" else "An OAuth client"
    return OAuthClientView(
        kind=client.kind,
        source=client.source,
        sentence=f"{kind}, {source}: it signs in from window, terminal and the page on this "
        "computer, or by pasting the address.",
        next_step="" if client.kind == "installed" else "It must be of type Desktop app.",
        ways=("loopback", "page"),
    )
