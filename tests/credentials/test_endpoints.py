from proxy_core.credentials.endpoints import GOOGLE_HOSTS, TOKEN_URL, endpoint


def test_without_a_base_url_an_endpoint_is_googles() -> None:
    assert endpoint(TOKEN_URL, None) == "https://oauth2.googleapis.com/token"


def test_a_base_url_replaces_scheme_host_and_port_and_keeps_the_path() -> None:
    assert endpoint(TOKEN_URL, "http://127.0.0.1:9000/") == "http://127.0.0.1:9000/token"
    assert endpoint(TOKEN_URL, "https://[::1]:8443") == "https://[::1]:8443/token"


def test_every_host_is_googles() -> None:
    assert all(host.endswith((".google.com", ".googleapis.com")) for host in GOOGLE_HOSTS)
