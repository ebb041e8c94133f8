"""What each endpoint does: one command, and its result as plain data."""

import json
from typing import Any

from proxy_core.commands import (
    ImportReport,
    OAuthClientView,
    Refusal,
    RefusalCode,
    Removal,
    SettingsChange,
    SignInRequest,
    SignInView,
    UsageQuery,
    UsageReport,
)
from proxy_core.server.admin.answers import (
    About,
    CheckResults,
    CredentialList,
    Findings,
    KeptIn,
    Reply,
    SettingList,
    bad_request,
)
from proxy_core.server.admin.context import Asked
from proxy_core.snapshot import CredentialView, Snapshot

NO_CONTENT = Reply(204)


async def sign_in_here(asked: Asked) -> Reply:
    cookie = await asked.access.sign_in(asked.request, asked.body.token)
    return Reply(204, headers={"Set-Cookie": cookie})


async def sign_out(asked: Asked) -> Reply:
    return Reply(204, headers={"Set-Cookie": asked.access.sign_out(asked.request)})


async def about(asked: Asked) -> About:
    return asked.services.about()


async def state(asked: Asked) -> Snapshot:
    return asked.services.snapshot()


# -- credentials --------------------------------------------------------------------------------


async def credentials(asked: Asked) -> CredentialList:
    return CredentialList(asked.services.snapshot().credentials)


async def add_keys(asked: Asked) -> ImportReport:
    body = asked.body
    return await asked.commands.add_keys(body.text, body.label, body.project)


async def import_files(asked: Asked) -> ImportReport:
    return await asked.commands.import_files(asked.body.opened(), asked.body.passphrase)


async def change(asked: Asked) -> CredentialView:
    body = asked.body
    if body.label is None and body.enabled is None and body.service is None:
        raise bad_request("The body: Give `enabled`, `label` or `service`.")
    if body.service is not None:
        await asked.commands.set_service(asked.id, body.service, body.location)
    if body.label is not None:
        await asked.commands.rename(asked.id, body.label)
    if body.enabled is not None:
        await asked.commands.enable(asked.id, enabled=body.enabled)
    return _view(asked)


async def clear(asked: Asked) -> CredentialView:
    await asked.commands.clear(asked.id)
    return _view(asked)


async def check(asked: Asked) -> CheckResults:
    return CheckResults(await asked.commands.check(asked.id or None))


async def removal(asked: Asked) -> Removal:
    return await asked.commands.removal_of(asked.id)


async def remove(asked: Asked) -> Reply:
    await asked.commands.remove(asked.id, revoke=asked.query.revoke)
    return NO_CONTENT


def _view(asked: Asked) -> CredentialView:
    for view in asked.services.snapshot().credentials:
        if view.id == asked.id:
            return view
    raise Refusal(RefusalCode.NOT_FOUND, "There is no such credential any more.")


# -- sign-in ------------------------------------------------------------------------------------


async def begin_sign_in(asked: Asked) -> SignInView:
    body = asked.body
    request = SignInRequest(body.via, body.project, body.vertex, body.again)
    return await asked.commands.begin_sign_in(request)


async def sign_in(asked: Asked) -> SignInView:
    return await asked.commands.sign_in(asked.id)


async def cancel_sign_in(asked: Asked) -> SignInView:
    return await asked.commands.cancel_sign_in(asked.id)


async def paste_redirect(asked: Asked) -> SignInView:
    return await asked.commands.paste_redirect(asked.id, asked.body.url)


async def choose_projects(asked: Asked) -> SignInView:
    return await asked.commands.choose_projects(asked.id, asked.body.projects)


async def recheck_projects(asked: Asked) -> SignInView:
    return await asked.commands.recheck_projects(asked.id)


async def oauth_client(asked: Asked) -> OAuthClientView:
    return await asked.commands.oauth_client()


async def import_client(asked: Asked) -> OAuthClientView:
    return await asked.commands.import_client(asked.body)


async def forget_client(asked: Asked) -> OAuthClientView:
    return await asked.commands.forget_client()


# -- the rest -----------------------------------------------------------------------------------


async def rotate_token(asked: Asked) -> KeptIn:
    return KeptIn(await asked.commands.rotate_token())


async def usage(asked: Asked) -> UsageReport:
    query = asked.query
    return await asked.commands.usage(UsageQuery(query.period, query.since, query.until))


async def doctor(asked: Asked) -> Findings:
    return Findings(await asked.commands.doctor())


async def settings(asked: Asked) -> SettingList:
    return SettingList(await asked.commands.settings())


async def change_settings(asked: Asked) -> SettingsChange:
    changes = {name: _as_in_dotenv(value) for name, value in asked.body.items()}
    return await asked.commands.change_settings(changes)


def _as_in_dotenv(value: Any) -> str:
    """A setting's value as text; empty for null, which brings the default back."""
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value)
