"""A listening console over fake commands for each test."""

from collections.abc import AsyncIterator

import pytest

from tests.fakes.commands import credential
from tests.fakes.console import Stand, open_stand


@pytest.fixture
async def stand() -> AsyncIterator[Stand]:
    async with open_stand() as opened:
        opened.commands.put(
            credential("acc0000000001", "ada@example.com · first-project"),
            credential("key0000000002", "team key", project=None),
        )
        yield opened
