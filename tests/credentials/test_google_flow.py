"""What of Google's library is ours to get right: the way to Google, and silence about secrets."""

import datetime as dt
import ipaddress
import logging
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from proxy_core.credentials.consent import ConsentFailed, Redirect, Route, ask_for_consent
from tests.fakes.accounts import CLIENT
from tests.fakes.consenting import consented_query, google_of_ada

REDIRECT = "http://127.0.0.1:4711/oauth2/callback"
SAID = {"error": "invalid_grant"}


@asynccontextmanager
async def serving(seen: list[web.Request], tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Answers every request as a token endpoint that refuses."""

    async def answer(request: web.BaseRequest) -> web.Response:
        assert isinstance(request, web.Request)
        seen.append(request)
        return web.json_response(SAID, status=400)

    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


async def exchange(route: Route) -> ConsentFailed:
    consent = await ask_for_consent(CLIENT, REDIRECT, route)
    with pytest.raises(ConsentFailed) as caught:
        await consent.exchange(Redirect("s", "code", ""), 0.0)
    return caught.value


async def test_the_exchange_goes_through_the_proxy_that_is_handed_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[web.Request] = []
    async with serving(seen) as port:
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
        route = Route("http://google.invalid", f"http://127.0.0.1:{port}", "pollux/test")
        failure = await exchange(route)
    assert "no longer accepts the code" in failure.sentence
    assert seen[0].headers["Host"] == "google.invalid"


async def test_a_proxy_of_the_environment_is_not_used_behind_our_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[web.Request] = []
    async with serving(seen) as port:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, "http://127.0.0.1:9")
        await exchange(Route(f"http://127.0.0.1:{port}", None, "pollux/test"))
    assert seen[0].path == "/token"


async def test_a_certificate_authority_that_only_the_system_knows_is_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[web.Request] = []
    async with serving(seen, _own_authority(tmp_path)) as port:
        route = Route(f"https://127.0.0.1:{port}", None, "pollux/test")
        assert "certificate or TLS" in (await exchange(route)).sentence
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
        assert "no longer accepts the code" in (await exchange(route)).sentence


async def test_not_even_the_librarys_debug_lines_hold_a_secret(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    async with google_of_ada() as fake:
        route = Route(fake.base_url, None, "pollux/test")
        consent = await ask_for_consent(CLIENT, REDIRECT, route)
        query = await consented_query(consent.url)
        code = query.split("code=")[1].split("&")[0]
        grant = await consent.exchange(Redirect("", code.replace("%2F", "/"), ""), 0.0)
    for secret in (grant.access_token, grant.refresh_token, CLIENT.client_secret, consent.state):
        assert secret.get_secret_value() not in caplog.text
    assert "code_verifier" not in caplog.text


def _own_authority(folder: Path) -> ssl.SSLContext:
    """Writes a self-made certificate for 127.0.0.1; a server's context with it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A company")])
    now = dt.datetime.now(dt.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return context
