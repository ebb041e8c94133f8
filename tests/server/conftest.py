"""A running Pollux for each test; `settings` may be parametrized."""

from collections.abc import AsyncIterator

import pytest

from tests.fakes.site import Site, open_site


@pytest.fixture
def settings(request: pytest.FixtureRequest) -> dict[str, str]:
    """Settings of the site; `@pytest.mark.parametrize("settings", [...], indirect=True)`."""
    return dict(getattr(request, "param", {}))


@pytest.fixture
async def site(settings: dict[str, str]) -> AsyncIterator[Site]:
    async with open_site(**settings) as opened:
        yield opened
