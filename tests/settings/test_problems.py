from itertools import product

import pytest

from proxy_core.settings import SETTINGS, SettingsProblem
from proxy_core.settings.sources import check

VALUES: tuple[object, ...] = (
    *("x", "", "-1", "9" * 12, "9" * 5_000, "1.5", "nan", "inf", "null", "\udc80"),
    *("{}", "[]", "[1]", "[[1]]", '{"a": 1}', '{"a": []}', '{"a": [1]}', '{"a": {}}'),
    *(1, -1, 1.5, True, [], [1], ["\udc80"], {}, {"a": 1}, {"a": []}, {1: "a"}, b"\x80"),
)


def told(name: str, value: object) -> str:
    with pytest.raises(SettingsProblem) as caught:
        check({name: value})
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("MAX_WAIT_S", "-1", "must be at least 0"),
        ("MAX_WAIT_S", "3601", "must be at most 3600"),
        ("MAX_WAIT_S", "soon", "must be a number"),
        ("REQUEST_TIMEOUT_S", "0", "must be more than 0"),
        ("MAX_CONCURRENCY", "100001", "must be at most 100000"),
        ("PORT", "x", "must be a whole number"),
        ("PORT", 1.5, "must be a whole number"),
        ("PORT", "65536", "must be at most 65535"),
        ("STICKY", "perhaps", "must be true or false"),
        ("ROTATION", "random", "must be balanced, round-robin or fill-first"),
        ("HOST", 1, "must be text"),
        ("PERSISTENT_STORAGE_PATH", 1, "must be the path of a folder"),
        ("ALLOWED_HOSTS", "1", "must be a list"),
        ("ALLOWED_HOSTS", "[1]", "holds an entry that must be text"),
        ("MODEL_ALIASES", "[]", "must be a JSON object"),
        ("MODEL_ALIASES", '{"a": []}', "holds an entry that must not be empty"),
        ("DOMAIN_NAME", "x", "is not an http:// or https:// URL"),
    ],
)
def test_what_is_wrong_is_told_in_words_for_people(name: str, value: object, words: str) -> None:
    assert told(name, value) == f"{name} {words}"


def test_no_words_of_the_validator_reach_the_owner() -> None:
    for info, value in product(SETTINGS, VALUES):
        try:
            check({info.name: value})
        except SettingsProblem as problem:
            told = problem.problem
        else:
            continue
        assert "nput" not in told
        assert told != "cannot be used", (info.name, value)
