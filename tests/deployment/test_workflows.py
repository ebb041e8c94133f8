"""The workflows: they test what pyproject.toml promises, and may do no more than they need."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from resources.installer.targets import TARGETS

ROOT = Path(__file__).parent.parent.parent
FOLDER = ROOT / ".github" / "workflows"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
TOKEN_WRITES = {
    "release": {
        "image": {"packages", "id-token", "attestations"},
        "release": {"contents", "id-token", "attestations"},
    },
    "test": {},
}
"What the jobs of a workflow may write with the repository's token."

each_workflow = pytest.mark.parametrize("name", ["test", "release"])


def workflow(name: str) -> dict[Any, Any]:
    loaded: dict[Any, Any] = yaml.safe_load((FOLDER / f"{name}.yml").read_text("utf-8"))
    return loaded


def steps(name: str) -> list[dict[str, Any]]:
    return [step for job in workflow(name)["jobs"].values() for step in job["steps"]]


def test_all_systems_and_all_promised_pythons_are_tested() -> None:
    matrix = workflow("test")["jobs"]["test"]["strategy"]["matrix"]
    prefix = "Programming Language :: Python :: 3."
    promised = [c.rsplit(" ", 1)[1] for c in PROJECT["classifiers"] if c.startswith(prefix)]
    assert matrix["python"] == promised
    assert PROJECT["requires-python"] == f">={promised[0]}"
    assert matrix["system"] == ["linux", "windows", "macos"]
    assert [one["system"] for one in matrix["include"]] == matrix["system"]


@each_workflow
def test_only_named_jobs_may_write(name: str) -> None:
    assert workflow(name)["permissions"] == {"contents": "read"}
    writes = {
        job: {scope for scope, may in content["permissions"].items() if may == "write"}
        for job, content in workflow(name)["jobs"].items()
        if "permissions" in content
    }
    assert writes == TOKEN_WRITES[name]


@each_workflow
def test_no_job_keeps_the_token_in_the_checkout(name: str) -> None:
    checkouts = [step for step in steps(name) if "actions/checkout@" in step.get("uses", "")]
    assert checkouts
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


@each_workflow
def test_actions_are_of_a_named_version_and_of_known_makers(name: str) -> None:
    used = [step["uses"] for step in steps(name) if "uses" in step]
    assert all(re.fullmatch(r"(actions|docker)/[a-z-]+@(v\d+|[0-9a-f]{40})", one) for one in used)


@each_workflow
def test_no_text_from_outside_is_pasted_into_a_script(name: str) -> None:
    pasted = {
        found
        for step in steps(name)
        for found in re.findall(r"\$\{\{\s*(.*?)\s*\}\}", step.get("run", ""))
    }
    assert {one for one in pasted if not one.startswith("matrix.")} == set()


@each_workflow
def test_every_job_ends(name: str) -> None:
    slow = workflow(name)["jobs"].items()
    assert not [
        job for job, content in slow if job != "version" and "timeout-minutes" not in content
    ]


def test_a_release_is_made_of_a_tag_and_holds_every_installer() -> None:
    release = workflow("release")
    assert release[True] == {"push": {"tags": ["v*"]}}  # `on` is YAML's yes
    text = (FOLDER / "release.yml").read_text("utf-8")
    built = set(re.findall(r"--target ([a-z-]+)", text))
    assert built == {target.name for target in TARGETS} - {"wine-nsis"}
    assert set(release["jobs"]["release"]["needs"]) == {"installer", "appimage", "python", "image"}


def test_the_image_is_made_for_both_processors_with_its_contents_told() -> None:
    [push] = [s for s in steps("release") if "docker/build-push-action@" in s.get("uses", "")]
    assert push["with"]["platforms"] == "linux/amd64,linux/arm64"
    assert push["with"]["sbom"] is True
    assert push["with"]["provenance"] == "mode=max"
