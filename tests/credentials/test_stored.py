import pytest

from proxy_core.credentials.stored import StoredAccount, read_expiry
from tests.credentials.made_up import stored_account


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2027-01-15T08:00:00Z", 1_800_000_000.0),
        ("2027-01-15T08:00:00", 1_800_000_000.0),
        ("2027-01-15T08:00:00.5", 1_800_000_000.5),
        ("2027-01-15T08:00:00.123456Z", 1_800_000_000.123456),
        (" 2027-01-15T10:00:00+02:00 ", 1_800_000_000.0),
        (1_800_000_000.0, 1_800_000_000.0),
        ("soon", None),
        ("0001-01-01T00:00:00+14:00", None),
        (1.8e12, None),
        (float("nan"), None),
        (None, None),
    ],
)
def test_every_form_of_expiry_is_understood(
    text: str | float | None, expected: float | None
) -> None:
    assert read_expiry(text) == expected


@pytest.mark.parametrize(
    "at", [1.8e12, -1, 10**400, float("inf"), float("-inf"), float("nan"), 253_402_300_800]
)
def test_a_time_that_no_clock_could_say_counts_as_unknown(at: float) -> None:
    names = ("expiry", "signed_in_at", "refresh_token_expires_at")
    stored = StoredAccount.model_validate(stored_account(**dict.fromkeys(names, at)))
    assert stored.expires_at() is None
    assert stored.signed_in_at is None
    assert stored.refresh_token_expires_at is None


def test_other_programs_names_of_a_field_are_understood() -> None:
    fields = stored_account(token=None, scopes=None, project_id=None) | {
        "access_token": "there",
        "scope": "one two",
        "quota_project_id": "payer",
        "project_id": None,
    }
    stored = StoredAccount.model_validate(fields)
    assert stored.token is not None
    assert stored.token.get_secret_value() == "there"
    assert stored.scope_set() == {"one", "two"}
    assert stored.project_id == "payer"


def test_our_own_name_of_a_field_wins() -> None:
    stored = StoredAccount.model_validate(stored_account(quota_project_id="other"))
    assert stored.project_id == "first-project"
