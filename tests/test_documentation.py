"""The README and .env.example tell of everything that there is."""

import re
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest

from proxy_core.events import Event
from proxy_core.gemini.families import Family
from proxy_core.gemini.family_rows import read_rows
from proxy_core.server.routes import ROUTES
from proxy_core.settings import SETTINGS, SettingInfo, Settings, load_settings
from tests.fakes.families import SHIPPED_FAMILIES

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
EXAMPLE = (ROOT / ".env.example").read_text("utf-8")

each_setting = pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)


def section(title: str) -> str:
    found = re.search(
        rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", README, re.MULTILINE | re.DOTALL
    )
    assert found, f"the README has no section {title!r}"
    return found[1]


@each_setting
def test_every_setting_is_in_the_readme(setting: SettingInfo) -> None:
    row = re.search(rf"^\| `{setting.name}` \| (.*) \| (.*) \|$", section("Settings"), re.MULTILINE)
    assert row
    assert row[1].replace("`", "") == setting.meaning
    if setting.default:
        assert row[2] == f"`{setting.default}`"
    else:
        assert not row[2].startswith("`")


@each_setting
def test_every_setting_is_in_the_example_with_its_default(setting: SettingInfo) -> None:
    assert f"\n# {setting.meaning}\n#{setting.name}={setting.default}\n" in EXAMPLE


def test_neither_tells_of_a_setting_that_there_is_not() -> None:
    known = {setting.name for setting in SETTINGS}
    assert set(re.findall(r"^#([A-Z_]+)=", EXAMPLE, re.MULTILINE)) == known
    assert set(re.findall(r"^\| `([A-Z_]+)` \|", section("Settings"), re.MULTILINE)) == known


def test_the_example_with_every_line_switched_on_is_accepted(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text(re.sub(r"^#([A-Z_]+=)", r"\1", EXAMPLE, flags=re.MULTILINE), "utf-8")
    assert load_settings({}, {}, dotenv, None).model_dump() == Settings().model_dump()


@pytest.mark.parametrize(
    "title",
    [
        "Google's terms",
        "Coming from gcli2api",
        "Benchmark",
        "Routes",
        "Settings",
        "Models Pollux knows",
    ],
)
def test_the_readme_has_its_sections(title: str) -> None:
    assert section(title).strip()


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route[1])
def test_every_route_is_in_the_readme(route: tuple[str, str, str]) -> None:
    method, path, _ = route
    assert f"`{method} {path}`" in section("Routes")


@pytest.mark.parametrize("event", get_args(Event), ids=lambda event: event.__name__)
def test_every_event_is_in_the_readme(event: type) -> None:
    assert f"`{event.__name__}`" in section("For programs in the same process")


def test_every_field_of_a_family_is_in_the_readme() -> None:
    table = re.findall(r"^\| (.*?) \|", section("Models Pollux knows"), re.MULTILINE)
    told = set(re.findall(r"`(\w+)`", " ".join(table)))
    assert {field.name for field in fields(Family)} <= told


def test_the_readmes_families_can_be_used() -> None:
    example = re.search(r"```toml\n(.*?)```", section("Models Pollux knows"), re.DOTALL)
    assert example
    families = read_rows(tomllib.loads(example[1]), SHIPPED_FAMILIES)
    assert families.of("gemini-5-neon-preview").levels == ("low", "high")
