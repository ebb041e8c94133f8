"""The models of the pool: the union over its projects, kept for some hours."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, cast

import orjson
import pytest

from proxy_core.credentials.model import Service
from proxy_core.credentials.tokens import Authorizer
from proxy_core.engine.shipped_families import SHIPPED_FAMILIES
from proxy_core.errors import Failed, ProblemKind
from proxy_core.relay.catalog import ASKED, KEEP_S, Catalog, with_aliases
from proxy_core.upstream.google import API_BASE, NetworkFailure
from tests.fakes.clock import FakeClock
from tests.pool.made_up import made_pool
from tests.relay.made_up import FakeAnswer, FakeAuthorizer, Reply, fault


def listing(*models: str, more: str = "", **fields: Any) -> Reply:
    document: dict[str, Any] = {"models": [{"name": f"models/{m}", **fields} for m in models]}
    if more:
        document["nextPageToken"] = more
    return Reply(pieces=(orjson.dumps(document),))


class Shelf:
    """A catalog over made-up projects; `replies` by credential, the last one again and again."""

    def __init__(self, **replies: Sequence[Reply]) -> None:
        self.clock = FakeClock()
        self.pool = made_pool(self.clock, *replies)
        self.replies = {name: list(given) for name, given in replies.items()}
        self.authorizer = FakeAuthorizer()
        self.loaded = asyncio.Event()
        self.loaded.set()
        self.asked: list[tuple[str, str]] = []
        self.catalog = Catalog(
            pool=self.pool,
            authorizer=cast("Authorizer", self.authorizer),
            upstream=self,
            clock=self.clock,
            loaded=self.loaded,
            families=SHIPPED_FAMILIES,
        )

    async def send(
        self,
        method: str,
        path: str,
        headers: Iterable[tuple[str, str]],
        body: bytes | None,
        origin: str = API_BASE,
    ) -> FakeAnswer:
        await asyncio.sleep(0)
        name = dict(headers)["credential"]
        self.asked.append((name, path))
        replies = self.replies[name]
        reply = replies.pop(0) if len(replies) > 1 else replies[0]
        if not reply.status:
            raise NetworkFailure("no connection")
        return FakeAnswer(reply.status, reply.headers, list(reply.pieces))

    async def ids(self) -> set[str]:
        return set(await self.catalog.models())


async def test_the_list_waits_for_credentials_that_are_still_being_read() -> None:
    shelf = Shelf(a=[listing("one")])
    shelf.loaded.clear()
    asked = asyncio.ensure_future(shelf.ids())
    await asyncio.sleep(0)
    assert not shelf.asked
    shelf.loaded.set()
    assert await asked == {"one"}


async def test_the_list_is_the_union_over_the_projects() -> None:
    shelf = Shelf(a=[listing("one", "two")], b=[listing("two", "three")])
    assert await shelf.ids() == {"one", "two", "three"}


async def test_the_first_project_describes_a_model_that_several_offer() -> None:
    shelf = Shelf(a=[listing("one", version="a")], b=[listing("one", version="b")])
    assert (await shelf.catalog.models())["one"]["version"] == "a"


async def test_all_pages_are_read() -> None:
    shelf = Shelf(a=[listing("one", more="next"), listing("two")])
    assert await shelf.ids() == {"one", "two"}
    assert shelf.asked[1][1].endswith("&pageToken=next")


async def test_a_list_is_kept_for_four_hours() -> None:
    shelf = Shelf(a=[listing("one"), listing("two")])
    await shelf.ids()
    shelf.clock.advance(KEEP_S)
    assert await shelf.ids() == {"one"}
    shelf.clock.advance(1)
    assert await shelf.ids() == {"two"}


async def test_many_who_ask_at_once_ask_google_once() -> None:
    shelf = Shelf(a=[listing("one")])
    await asyncio.gather(*(shelf.ids() for _ in range(5)))
    assert len(shelf.asked) == 1


async def test_a_project_that_cannot_be_asked_leaves_its_last_list() -> None:
    shelf = Shelf(a=[listing("one"), fault("internal_500")], b=[listing("two"), Reply(0)])
    await shelf.ids()
    shelf.clock.advance(KEEP_S + 1)
    assert await shelf.ids() == {"one", "two"}


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (fault("overloaded_503"), ProblemKind.OVERLOADED),
        (fault("api_key_invalid"), ProblemKind.UNUSABLE_CREDENTIALS),
        (Reply(0), ProblemKind.BAD_UPSTREAM),
        (Reply(pieces=(b'{"models": [', None)), ProblemKind.BAD_UPSTREAM),
        (Reply(pieces=(b"<html></html>",)), ProblemKind.BAD_UPSTREAM),
    ],
)
async def test_where_no_project_ever_answered_the_failure_is_told(
    reply: Reply, kind: ProblemKind
) -> None:
    shelf = Shelf(a=[reply])
    with pytest.raises(Failed) as failed:
        await shelf.ids()
    assert failed.value.problem.kind is kind


async def test_a_stale_access_token_is_forgotten_so_that_the_next_question_works() -> None:
    shelf = Shelf(a=[fault("access_token_expired"), listing("one")])
    with pytest.raises(Failed):
        await shelf.ids()
    assert shelf.authorizer.expired == ["a"]
    assert await shelf.ids() == {"one"}


async def test_an_account_that_must_sign_in_again_is_left_out() -> None:
    shelf = Shelf(a=[listing("one")], b=[listing("two")])
    shelf.authorizer.refused = {"a"}
    assert await shelf.ids() == {"two"}


async def test_projects_that_fail_do_not_hide_those_behind_them() -> None:
    failing = {f"c{number}": [fault("api_key_invalid")] for number in range(ASKED)}
    shelf = Shelf(**failing, last=[listing("one")])
    with pytest.raises(Failed):
        await shelf.ids()
    shelf.clock.advance(1)
    assert await shelf.ids() == {"one"}


async def test_an_empty_pool_says_so() -> None:
    with pytest.raises(Failed) as failed:
        await Shelf().ids()
    assert failed.value.problem.kind is ProblemKind.NO_CREDENTIALS


async def test_odd_entries_of_a_list_are_skipped() -> None:
    odd = Reply(pieces=(b'{"models": [1, {"name": 2}, {"name": "models/one"}]}',))
    assert await Shelf(a=[odd]).ids() == {"one"}


async def test_what_the_gemini_api_tells_of_a_model_goes_before_what_vertex_does() -> None:
    known = "gemini-3.8-flash"
    published = {"publisherModels": [{"name": f"publishers/google/models/{known}"}]}
    published["publisherModels"].append({"name": "publishers/google/models/gemini-2.5-pro"})
    shelf = Shelf(
        paid=[Reply(pieces=(orjson.dumps(published),))], free=[listing(known, version="001")]
    )
    paid, free = (member.credential for member in shelf.pool.members.values())
    shelf.pool.replace([replace(paid, service=Service.VERTEX), free])
    models = await shelf.catalog.models()
    assert models[known]["version"] == "001"
    assert models["gemini-2.5-pro"]["name"] == "models/gemini-2.5-pro"
    assert {path.partition("?")[0] for _, path in shelf.asked} == {
        "/v1beta/models",
        "/v1beta1/publishers/google/models",
    }


def test_an_alias_is_listed_as_the_first_of_its_models_that_there_is() -> None:
    models = {"gemini-b": {"name": "models/gemini-b", "baseModelId": "gemini-b"}}
    aliases = {"house": ("gemini-a", "models/gemini-b"), "gone": ("gemini-a",)}
    assert with_aliases(models, aliases) == {
        **models,
        "house": {"name": "models/house", "baseModelId": "gemini-b"},
    }


def test_an_alias_hides_the_model_of_its_name() -> None:
    models = {name: {"name": f"models/{name}", "baseModelId": name} for name in ("a", "b")}
    assert with_aliases(models, {"a": ("b",)})["a"] == {"name": "models/a", "baseModelId": "b"}
