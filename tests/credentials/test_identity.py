import re
from dataclasses import dataclass

import pytest

from proxy_core.credentials.identity import (
    NameHint,
    account_id,
    account_label,
    hint,
    is_email,
    is_owner,
    key_id,
    key_label,
    service_account_id,
    unreadable_id,
)


def test_an_id_is_a_kind_prefix_and_ten_base32_characters() -> None:
    made = [
        account_id("a@b.c", "client", "p"),
        key_id("k"),
        service_account_id("s@p", "p"),
        unreadable_id("folder", "a.json"),
    ]
    assert all(re.fullmatch("[a-z]{3}[a-z2-7]{10}", one) for one in made)
    assert [one[:3] for one in made] == ["acc", "key", "svc", "bad"]


def test_ids_stay_the_same_from_release_to_release() -> None:
    assert account_id("ada@example.com", "made-up-client", "first-project") == "accnmiafov7dh"
    assert key_id("AQ.made-up") == "keyr4u3gdujln"


def test_parts_of_an_id_do_not_run_into_each_other() -> None:
    assert account_id("a", "bc", "d") != account_id("ab", "c", "d")
    assert account_id("a", "b", None) != account_id("a", "", "b")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("oauth_creds_ada@example.com_my-project.json", NameHint("ada@example.com", "my-project")),
        ("oauth_creds_a_b@example.com_p1.json", NameHint("a_b@example.com", "p1")),
        ("oauth_creds_a_b@example.com.json", NameHint("a_b@example.com")),
        ("oauth_creds_nobody_p1.json", NameHint()),
        ("oauth_creds_.json", NameHint()),
        ("other.json", NameHint()),
        ("oauth_creds_a@\udcff.com_p.json", NameHint()),
    ],
)
def test_a_file_name_is_split_at_its_last_underscore(name: str, expected: NameHint) -> None:
    assert hint(name) == expected


@dataclass(frozen=True, slots=True)
class Known:
    subject: str | None
    email: str | None


@pytest.mark.parametrize(
    ("known", "subject", "email", "same"),
    [
        (Known("1", "a@b.c"), "1", "new@b.c", True),
        (Known("1", "a@b.c"), "2", "a@b.c", False),
        (Known("1", "A@b.c"), None, "a@B.c", True),
        (Known(None, "a@b.c"), "1", "a@b.c", True),
        (Known(None, "a@b.c"), "1", None, False),
        (Known(None, None), None, None, False),
        (Known("", ""), "", "", False),
    ],
)
def test_an_account_is_known_by_its_subject_else_by_its_e_mail(
    known: Known, subject: str | None, email: str | None, same: bool
) -> None:
    assert is_owner(known, subject, email) is same


def test_labels_say_who_pays_and_show_no_secret() -> None:
    assert account_label("a@b.c", "p", "acc0123456789") == "a@b.c · p"
    assert account_label("a@b.c", None, "acc0123456789") == "a@b.c"
    assert account_label(None, "p", "acc0123456789") == "Google account 6789 · p"
    assert key_label("AQ.0123456789wxyz") == "API key …wxyz"


def test_an_email_is_recognised() -> None:
    assert is_email("a@b.c")
    assert not any(map(is_email, ["", "a", "a@b@c", "a @b", "a@b\x1b[31m"]))
