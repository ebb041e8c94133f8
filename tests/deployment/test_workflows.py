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
    return [step for job in workflow(name)["jobs"].values() for step in job.get("steps", [])]


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


def test_actions_are_named_by_commit_and_are_of_known_makers() -> None:
    lines = [
        line
        for name in ("test", "release")
        for line in (FOLDER / f"{name}.yml").read_text("utf-8").splitlines()
        if "uses: " in line and "uses: ./" not in line
    ]
    named = [
        re.fullmatch(r" +(?:- )?uses: ((?:actions|docker)/[a-z-]+)@([0-9a-f]{40} # v[\d.]+)", line)
        for line in lines
    ]
    assert [line for line, found in zip(lines, named, strict=True) if not found] == []
    commits = {found.groups() for found in named if found}
    assert len(commits) == len({action for action, _ in commits})


def test_dependabot_renews_the_commits() -> None:
    loaded = yaml.safe_load((FOLDER.parent / "dependabot.yml").read_text("utf-8"))
    assert [one["package-ecosystem"] for one in loaded["updates"]] == ["github-actions"]


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
    jobs = workflow(name)["jobs"].values()
    assert all("timeout-minutes" in job for job in jobs if "steps" in job)


def test_a_release_is_made_of_a_tag_and_holds_every_installer() -> None:
    release = workflow("release")
    assert release[True] == {"push": {"tags": ["v*"]}}  # `on` is YAML's yes
    text = (FOLDER / "release.yml").read_text("utf-8")
    built = set(re.findall(r"--target ([a-z-]+)", text))
    assert built == {target.name for target in TARGETS} - {"wine-nsis"}
    made_by = {"installer", "appimage", "python", "image"}
    assert set(release["jobs"]["release"]["needs"]) == {"test", *made_by}


def test_nothing_is_released_that_was_not_tested() -> None:
    jobs = workflow("release")["jobs"]
    assert jobs["test"]["uses"] == "./.github/workflows/test.yml"
    assert "workflow_call" in workflow("test")[True]
    assert {"test", "installer", "python"} <= set(jobs["image"]["needs"])


def test_only_who_asks_for_a_version_gets_its_image_before_the_draft_is_published() -> None:
    [names] = [s for s in steps("release") if "docker/metadata-action@" in s.get("uses", "")]
    assert names["with"]["tags"] == "type=semver,pattern={{version}}"
    assert names["with"]["flavor"] == "latest=false"


def test_the_release_holds_nothing_that_an_action_uploads_by_itself() -> None:
    [push] = [s for s in steps("release") if "docker/build-push-action@" in s.get("uses", "")]
    assert push["env"] == {"DOCKER_BUILD_RECORD_UPLOAD": "false"}


def test_the_windows_setup_is_tried_on_windows_before_it_is_uploaded() -> None:
    of_windows = workflow("release")["jobs"]["installer"]["steps"]
    run = [step.get("run", step.get("uses", "")) for step in of_windows]
    [tried] = [at for at, words in enumerate(run) if "proof.on_windows" in words]
    assert "build_installer.py" in run[tried - 1]
    assert "actions/upload-artifact@" in run[tried + 1]


def test_git_gives_every_system_the_same_bytes() -> None:
    rules = (ROOT / ".gitattributes").read_text("utf-8").splitlines()
    assert [rule for rule in rules if not rule.startswith("#")] == ["* -text"]


def test_the_image_is_made_for_both_processors_with_its_contents_told() -> None:
    [push] = [s for s in steps("release") if "docker/build-push-action@" in s.get("uses", "")]
    assert push["with"]["platforms"] == "linux/amd64,linux/arm64"
    assert push["with"]["sbom"] is True
    assert push["with"]["provenance"] == "mode=max"
