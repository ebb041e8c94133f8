"""What becomes of a consent: which credentials are made or renewed, and what the owner is told."""

import dataclasses
from collections.abc import Sequence

import pytest
from pydantic import SecretStr

from proxy_core.commands import SignInRequest, SignInStatus, SignInView
from proxy_core.credentials.identity import account_id
from proxy_core.credentials.model import AccountSecret, Credential
from proxy_core.simulator import Reply
from proxy_core.simulator.world import CLOUD_PLATFORM, CLOUD_PLATFORM_READ_ONLY, RETRIEVER
from tests.fakes.accounts import CLIENT, FakeAccounts
from tests.fakes.consenting import ADA, PROJECT, google_of_ada
from tests.fakes.google import FakeGoogle
from tests.fakes.signing_in import secret_of, signing_in

SUBJECT = "110000000000000000001"
"Of the simulator's first account."
PASTE = SignInRequest(via="page")


def account(
    project: str | None, *, subject: str | None = SUBJECT, email: str | None = ADA, **more: str
) -> Credential:
    client_id = more.get("client_id", CLIENT.client_id)
    credential_id = account_id(subject or email or "old", client_id, project)
    return Credential(
        id=credential_id,
        label=f"{email} · {project}",
        project=project,
        store="vault",
        secret=AccountSecret(
            client_id=client_id,
            client_secret=SecretStr("an-old-secret"),
            refresh_token=SecretStr("1//old"),
            email=email,
            subject=subject,
            scopes=frozenset(more.get("scopes", RETRIEVER).split()),
        ),
    )


async def signed_in(
    fake: FakeGoogle,
    known: Sequence[Credential] = (),
    request: SignInRequest = PASTE,
    choose: Sequence[str] = (),
) -> tuple[SignInView, FakeAccounts]:
    accounts = FakeAccounts(known)
    async with signing_in(fake.base_url, accounts) as running:
        view = await running.pasted(request)
        if choose:
            view = await running.sign_ins.choose_projects(view.id, choose)
        return view, accounts


def ids(view: SignInView) -> list[str]:
    return [project.id for project in view.projects]


async def test_the_only_usable_project_is_taken_without_a_question() -> None:
    async with google_of_ada("asleep", PROJECT) as fake:
        fake.world.projects["asleep"].services.clear()
        view, accounts = await signed_in(fake)
    assert view.status is SignInStatus.DONE
    (credential,) = accounts.kept.values()
    assert credential.id == account_id(SUBJECT, CLIENT.client_id, PROJECT)
    assert view.added == (credential.id,)
    assert view.renewed == ()
    assert view.store == "vault"
    assert credential.label == f"{ADA} · {PROJECT}"
    secret = secret_of(credential)
    assert (secret.subject, secret.email) == (SUBJECT, ADA)
    assert secret.refresh_token.get_secret_value() in fake.world.grants
    assert secret.access_token is not None
    assert view.sentence == f"{ADA} was added with project {PROJECT}."


async def test_among_several_usable_projects_the_owner_chooses() -> None:
    async with google_of_ada("first", PROJECT) as fake:
        view, accounts = await signed_in(fake)
    assert view.status is SignInStatus.CHOOSING_PROJECT
    assert accounts.kept == {}
    assert view.email == ADA
    assert ids(view) == [PROJECT, "first"]
    assert [project.recommended for project in view.projects] == [True, False]
    assert all(project.link == "" and project.api == "on" for project in view.projects)
    assert "2 projects" in view.sentence


async def test_several_chosen_projects_become_several_credentials() -> None:
    async with google_of_ada("first", "second", "third") as fake:
        view, accounts = await signed_in(fake, choose=["first", "third", "first"])
    assert view.status is SignInStatus.DONE
    assert sorted(str(one.project) for one in accounts.kept.values()) == ["first", "third"]
    assert len(view.added) == 2
    assert "projects first, third" in view.sentence


async def test_of_several_chosen_projects_those_that_work_are_kept_and_the_others_named() -> None:
    async with google_of_ada("first", "second") as fake:
        fake.world.projects["second"].services.clear()
        fake.world.add_project("third", members={ADA})
        view, accounts = await signed_in(fake, choose=["first", "second"])
    assert view.status is SignInStatus.DONE
    assert [one.project for one in accounts.kept.values()] == ["first"]
    assert "switched off in the project second" in view.sentence


async def test_a_typed_project_is_taken_even_where_there_are_others() -> None:
    async with google_of_ada("first", PROJECT) as fake:
        request = SignInRequest(via="page", project="first")
        view, accounts = await signed_in(fake, request=request)
    assert view.status is SignInStatus.DONE
    assert [one.project for one in accounts.kept.values()] == ["first"]
    assert not [one for one in fake.world.requests if one.action == "projects"]


async def test_a_typed_project_that_does_not_work_is_told_beside_the_others() -> None:
    async with google_of_ada("first", PROJECT) as fake:
        fake.world.add_project("theirs")
        request = SignInRequest(via="page", project="theirs")
        view, accounts = await signed_in(fake, request=request)
    assert view.status is SignInStatus.CHOOSING_PROJECT
    assert accounts.kept == {}
    assert "theirs" in view.sentence
    assert ids(view) == ["theirs", PROJECT, "first"]


async def test_where_the_api_is_off_everywhere_the_link_is_shown_and_a_recheck_goes_on() -> None:
    async with google_of_ada(PROJECT) as fake:
        fake.world.projects[PROJECT].services.clear()
        async with signing_in(fake.base_url) as running:
            view = await running.pasted(PASTE)
            assert view.status is SignInStatus.CHOOSING_PROJECT
            assert view.projects[0].api == "off"
            assert view.projects[0].link in view.next_step
            assert f"switched off in {PROJECT}" in view.sentence
            again = await running.sign_ins.recheck_projects(view.id)
            assert again.status is SignInStatus.CHOOSING_PROJECT
            fake.world.projects[PROJECT].services.add("generativelanguage.googleapis.com")
            done = await running.sign_ins.recheck_projects(view.id)
    assert done.status is SignInStatus.DONE
    assert done.projects == ()


async def test_a_choice_that_does_not_work_leaves_the_question_open() -> None:
    async with google_of_ada("first", "second") as fake:
        fake.world.add_project("theirs")
        view, accounts = await signed_in(fake, choose=["theirs"])
    assert view.status is SignInStatus.CHOOSING_PROJECT
    assert "theirs" in view.sentence
    assert "first" in ids(view)
    assert accounts.kept == {}


async def test_an_account_without_projects_is_sent_to_ai_studio() -> None:
    async with google_of_ada() as fake:
        view, _ = await signed_in(fake)
    assert view.status is SignInStatus.CHOOSING_PROJECT
    assert "no Google Cloud project yet" in view.sentence
    assert "https://aistudio.google.com/apikey" in view.next_step


async def test_without_the_right_to_list_projects_one_is_typed() -> None:
    async with google_of_ada(PROJECT) as fake:
        fake.world.refused_scopes = {CLOUD_PLATFORM_READ_ONLY}
        view, _ = await signed_in(fake)
        assert view.status is SignInStatus.CHOOSING_PROJECT
        assert "was not ticked" in view.sentence
        assert "Type the id" in view.next_step
        done, accounts = await signed_in(fake, choose=[PROJECT])
    assert done.status is SignInStatus.DONE
    assert len(accounts.kept) == 1


async def test_where_the_projects_cannot_be_listed_one_is_typed() -> None:
    async with google_of_ada(PROJECT) as fake:
        fake.world.script(Reply.fault("service_disabled"), action="projects")
        view, _ = await signed_in(fake)
        assert "Resource Manager API is switched off" in view.sentence
        assert "type the id" in view.next_step


async def test_vertex_that_was_not_granted_is_said_and_the_rest_kept() -> None:
    async with google_of_ada(PROJECT) as fake:
        fake.world.refused_scopes = {CLOUD_PLATFORM}
        request = SignInRequest(via="page", vertex=True, project=PROJECT)
        view, accounts = await signed_in(fake, request=request)
    assert view.status is SignInStatus.DONE
    assert "without Vertex AI" in view.sentence
    assert len(accounts.kept) == 1


async def test_a_project_that_others_use_too_is_named_with_them() -> None:
    theirs = account(PROJECT, subject="42", email="bob@example.com")
    async with google_of_ada(PROJECT, "second") as fake:
        view, _ = await signed_in(fake, [theirs])
        assert view.projects[0].shared_with == (theirs.label,)
        assert not view.projects[0].known
        done, _ = await signed_in(fake, [theirs], choose=[PROJECT])
    assert f"shares the quota of {PROJECT} with {theirs.label}" in done.sentence


async def test_only_a_project_that_adds_requests_is_recommended() -> None:
    theirs = account("shared", subject="42", email="bob@example.com")
    async with google_of_ada("shared", "off", "second", "third") as fake:
        fake.world.projects["off"].services.clear()
        view, _ = await signed_in(fake, [theirs])
        assert [one.id for one in view.projects if one.recommended] == ["second"]
        for project in ("second", "third"):
            fake.world.projects[project].services.clear()
        fake.world.projects["shared"].services.clear()
        view, _ = await signed_in(fake, [theirs])
        assert not any(one.recommended for one in view.projects)
        assert "switched off in each of its 4 projects" in view.sentence


async def test_signing_in_again_renews_every_credential_of_the_account_and_client() -> None:
    known = [account("first"), account(PROJECT), account(None)]
    async with google_of_ada("first", PROJECT, "third") as fake:
        view, accounts = await signed_in(fake, known)
        assert not [one for one in fake.world.requests if one.action == "revoke"]
    assert view.status is SignInStatus.DONE
    assert view.renewed == tuple(one.id for one in known)
    assert view.added == ()
    assert set(accounts.kept) == {one.id for one in known}
    tokens = {secret_of(one).refresh_token.get_secret_value() for one in accounts.kept.values()}
    assert len(tokens) == 1
    assert tokens != {"1//old"}
    secrets = {secret_of(one).client_secret for one in accounts.kept.values()}
    assert secrets == {CLIENT.client_secret}


async def test_a_renewed_credential_known_only_by_its_email_keeps_its_id() -> None:
    known = account(PROJECT, subject=None)
    async with google_of_ada(PROJECT) as fake:
        view, accounts = await signed_in(fake, [known])
    assert view.renewed == (known.id,)
    secret = secret_of(accounts.kept[known.id])
    assert account_id(secret.subject or str(secret.email), CLIENT.client_id, PROJECT) == known.id


async def test_one_that_does_not_tell_whose_it_is_stays_as_it_is() -> None:
    known = account(PROJECT, subject=None, email=None)
    async with google_of_ada(PROJECT) as fake:
        request = SignInRequest(via="page", again=known.id)
        view, accounts = await signed_in(fake, [known], request)
    assert view.renewed == ()
    assert accounts.kept[known.id] == known
    assert len(view.added) == 1
    assert f"Nothing tells whose {known.label} is" in view.sentence


async def test_another_account_than_the_one_asked_for_is_added_and_said() -> None:
    bob = account("first", subject="42", email="bob@example.com")
    async with google_of_ada(PROJECT) as fake:
        request = SignInRequest(via="page", again=bob.id)
        view, accounts = await signed_in(fake, [bob], request)
    assert view.status is SignInStatus.DONE
    assert len(view.added) == 1
    assert f"another account than {bob.label}" in view.sentence
    assert accounts.kept[bob.id] == bob


async def test_with_another_oauth_client_the_account_is_added_anew_with_its_project() -> None:
    old = account("first", client_id="an-earlier-client")
    async with google_of_ada("first", PROJECT) as fake:
        request = SignInRequest(via="page", again=old.id)
        view, accounts = await signed_in(fake, [old], request)
    assert view.status is SignInStatus.DONE
    assert accounts.kept[view.added[0]].project == "first"
    assert "earlier OAuth client" in view.sentence


async def test_an_account_in_the_pool_gets_a_further_project_when_it_is_typed() -> None:
    known = account("first")
    async with google_of_ada("first", PROJECT) as fake:
        request = SignInRequest(via="page", project=PROJECT)
        view, accounts = await signed_in(fake, [known], request)
    assert view.renewed == (known.id,)
    assert [accounts.kept[one].project for one in view.added] == [PROJECT]


async def test_an_account_with_vertex_keeps_that_when_it_signs_in_again() -> None:
    known = account(PROJECT, scopes=f"{RETRIEVER} {CLOUD_PLATFORM}")
    async with google_of_ada(PROJECT) as fake:
        request = SignInRequest(via="page", again=known.id)
        view, accounts = await signed_in(fake, [known], request)
    assert CLOUD_PLATFORM in secret_of(accounts.kept[known.id]).scopes
    assert f"login_hint={ADA.replace('@', '%40')}" in view.url


async def test_access_for_a_limited_time_is_said_and_kept() -> None:
    async with google_of_ada(PROJECT) as fake:
        issued = fake.world.sign_in(ADA, PROJECT)
        token = fake.world.issue_access_token(
            ADA, "pretend-client", (RETRIEVER, CLOUD_PLATFORM_READ_ONLY, "openid"), 9e9
        )
        body = (
            f'{{"access_token":"{token.value}","refresh_token":"{issued["refresh_token"]}",'
            f'"scope":"{RETRIEVER} {CLOUD_PLATFORM_READ_ONLY}","refresh_token_expires_in":86400}}'
        )
        fake.world.script(Reply.raw(200, body.encode()), action="token")
        view, accounts = await signed_in(fake)
    assert "It ends on 20" in view.sentence
    (credential,) = accounts.kept.values()
    assert secret_of(credential).refresh_token_expires_at is not None


@pytest.mark.parametrize("project", [PROJECT, "first"])
async def test_a_known_project_is_marked_in_the_list(project: str) -> None:
    known = account(project)
    async with google_of_ada("first", PROJECT) as fake:
        fake.world.add_project("theirs")
        request = SignInRequest(via="page", project="theirs")
        view, _ = await signed_in(fake, [known], request)
    assert view.status is SignInStatus.CHOOSING_PROJECT
    assert view.renewed == (known.id,)
    assert {one.id for one in view.projects if one.known} == {project}
    assert dataclasses.replace(view).as_json()["projects"][0]["id"] == "theirs"
