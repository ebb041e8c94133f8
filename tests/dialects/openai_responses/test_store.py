from hypothesis import given
from hypothesis import strategies as st

from proxy_core.dialects.openai_responses.store import Kept, Origin, ResponseStore


class Ticking:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def kept(id_: str, previous: Kept | None = None, size: int = 0) -> Kept:
    return Kept(id_, Origin(b"r" * size, previous), b"{}")


def test_what_is_kept_is_found_and_what_is_deleted_is_not() -> None:
    store = ResponseStore(Ticking())
    one = kept("resp_1")
    store.put(one)
    assert store.get("resp_1") is one
    assert store.get("resp_2") is None
    assert store.delete("resp_1")
    assert not store.delete("resp_1")
    assert store.get("resp_1") is None
    assert store.size_bytes == 0


def test_an_answer_goes_an_hour_after_its_last_use() -> None:
    clock = Ticking()
    store = ResponseStore(clock)
    store.put(kept("resp_1"))
    clock.now = 3_599.0
    assert store.get("resp_1")
    clock.now += 3_599.0
    assert store.get("resp_1")
    clock.now += 3_600.0
    assert store.get("resp_1") is None
    assert len(store) == 0


def test_the_one_unused_for_longest_makes_room() -> None:
    one = kept("resp_1", size=1_000)
    store = ResponseStore(Ticking(), max_bytes=2 * one.size)
    for each in (one, kept("resp_2", size=1_000)):
        store.put(each)
    assert store.get("resp_1")
    store.put(kept("resp_3", size=1_000))
    assert store.get("resp_2") is None
    assert store.get("resp_1")
    assert store.size_bytes == 2 * one.size


def test_what_is_too_large_is_not_kept() -> None:
    store = ResponseStore(Ticking(), max_bytes=1_000)
    store.put(kept("resp_1", size=2_000))
    assert len(store) == 0
    assert store.size_bytes == 0


def test_an_answer_that_a_later_one_holds_is_counted_until_both_are_gone() -> None:
    store = ResponseStore(Ticking())
    first = kept("resp_1", size=1_000)
    second = kept("resp_2", first)
    store.put(first)
    store.put(second)
    whole = store.size_bytes
    assert whole == first.size + second.size
    store.delete("resp_1")
    assert store.size_bytes == whole
    assert second.origin.previous is first
    store.delete("resp_2")
    assert store.size_bytes == 0


def test_two_answers_may_go_on_from_one() -> None:
    store = ResponseStore(Ticking())
    first = kept("resp_1")
    branches = [kept("resp_2", first), kept("resp_3", first)]
    for each in (first, *branches):
        store.put(each)
    assert store.size_bytes == 3 * first.size
    for id_ in ("resp_1", "resp_2"):
        store.delete(id_)
    assert store.size_bytes == 2 * first.size
    store.delete("resp_3")
    assert store.size_bytes == 0


def test_an_answer_may_go_on_from_one_that_is_gone_meanwhile() -> None:
    store = ResponseStore(Ticking())
    first = kept("resp_1")
    store.put(first)
    store.delete("resp_1")
    store.put(kept("resp_2", first))
    assert store.size_bytes == 2 * first.size
    store.delete("resp_2")
    assert store.size_bytes == 0


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["put", "get", "delete", "wait"]), st.integers(0, 5), st.integers(0, 4_000)
    ),
    max_size=40,
)


@given(STEPS)
def test_the_count_of_bytes_is_that_of_everything_reachable(
    steps: list[tuple[str, int, int]],
) -> None:
    clock = Ticking()
    store = ResponseStore(clock, max_bytes=10_000, lifetime_s=10.0)
    for number, (step, which, size) in enumerate(steps):
        id_ = f"resp_{which}"
        if step == "put":
            store.put(kept(f"resp_{number + 6}" if store.get(id_) else id_, store.get(id_), size))
        elif step == "get":
            store.get(id_)
        elif step == "delete":
            store.delete(id_)
        else:
            clock.now += which
        reachable: dict[int, Kept] = {}
        for each in store._kept.values():
            one: Kept | None = each
            while one is not None:
                reachable[id(one)] = one
                one = one.origin.previous
        assert store.size_bytes == sum(one.size for one in reachable.values())
        assert store.size_bytes <= 10_000
