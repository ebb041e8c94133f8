"""`pollux --gen-creds`: only the credential generator page, for a host without a desktop."""

from functools import partial

from proxy_core.assembly import build
from proxy_core.cli.headless import serve
from proxy_core.settings import Settings, data_folder


def gen_creds(settings: Settings) -> int:
    """Serves the page until SIGTERM or SIGINT; returns the exit code."""
    return serve(settings, partial(build, gen_creds=True), _welcome)


def _welcome(url: str, token: str, settings: Settings) -> str:
    return f"""\
page          {url}/
bearer token  {token}
data folder   {data_folder(settings)}

Open the page and give it the bearer token. There you sign Google accounts in, add API keys and
import files; they are kept on this host. From elsewhere, forward the port first:
  ssh -L {settings.port}:{url.removeprefix("http://")} THIS-HOST
Ctrl-C ends the page."""
