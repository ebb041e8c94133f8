"""`pollux accounts add`: signs a Google account in, with the browser or a pasted address.

The engine does the work; this shows where it stands and hands answers in. Not here: the other
actions of `accounts`.
"""

import contextlib
import re
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from proxy_core.cli.account_arguments import AccountOptions
from proxy_core.cli.accounts import found
from proxy_core.cli.arguments import Arguments
from proxy_core.cli.browser import open_browser
from proxy_core.cli.channel import LONG_PATIENCE_S, Channel, Refused, open_channel
from proxy_core.cli.failure import STORE_CLOSED, CommandFailed
from proxy_core.cli.terminal import (
    ask,
    cleaned,
    is_interactive,
    numbers_of,
    print_json,
    say,
    spinner,
)
from proxy_core.commands import RefusalCode
from proxy_core.disk import reason_of
from proxy_core.settings import Settings

View: TypeAlias = Mapping[str, Any]

POLL_S = 0.5
UNDER_WAY = frozenset({"waiting", "exchanging"})
OPEN = UNDER_WAY | {"choosing_project"}
PROJECT_ID = re.compile(r"[a-z][a-z0-9.:-]{3,61}[a-z0-9]")

GUIDE = """\
A Google account needs an OAuth client of your own. In Google's console:
  1. Make a project: https://console.cloud.google.com/projectcreate
  2. Switch on the Gemini API, the Cloud Resource Manager API and the Service Usage API:
     https://console.cloud.google.com/apis/library/generativelanguage.googleapis.com
     https://console.cloud.google.com/apis/library/cloudresourcemanager.googleapis.com
     https://console.cloud.google.com/apis/library/serviceusage.googleapis.com
  3. Set up the consent screen, add the scopes generative-language.retriever and
     cloud-platform.read-only, and publish it ("in production"), else sign-ins end after 7 days:
     https://console.cloud.google.com/auth/scopes
     https://console.cloud.google.com/auth/audience
  4. Make a client of the type "Desktop app" and download its file:
     https://console.cloud.google.com/auth/clients
Then: pollux accounts add --client client_secret_*.json
or:   pollux accounts add-key"""


def sign_in(settings: Settings, arguments: Arguments) -> int:
    """Adds or renews an account; returns the exit code. Raises CommandFailed."""
    options = arguments.accounts
    client_file = None if options.client is None else _read(options.client)
    with open_channel(settings, arguments) as channel:
        channel.wait_for_credentials()
        if client_file is not None:
            say(cleaned(channel.ask("PUT", "/oauth-client", client_file)["sentence"]))
        view = _until_the_end(channel, _begin(channel, options), options)
        if arguments.json:
            print_json(view)
        if view["status"] != "done":
            raise CommandFailed(cleaned(view["sentence"]), _next_steps(view, options.project))
        if not arguments.json:
            _show_end(channel, view)
    return 0


def _read(client: Path) -> bytes:
    try:
        return client.read_bytes()
    except OSError as error:
        raise CommandFailed(f"{client} cannot be read: {reason_of(error)}.") from error


def _begin(channel: Channel, options: AccountOptions) -> View:
    again = None if options.again is None else found(channel, [options.again])[0]["id"]
    request = {
        "via": "loopback",  # the page's redirect does not come back to a terminal
        "project": options.project,
        "vertex": options.vertex,
        "again": again,
    }
    try:
        return dict(channel.post("/sign-ins", request))
    except Refused as refused:
        if refused.slug != RefusalCode.NO_CLIENT:
            raise
        if not channel.complete:  # it may be in the vault
            raise CommandFailed(refused.sentence, code=STORE_CLOSED) from refused
        say(GUIDE)
        raise CommandFailed(refused.sentence) from refused


def _until_the_end(channel: Channel, view: View, options: AccountOptions) -> View:
    """Sees one sign-in through; whatever breaks it off cancels it at the engine too.

    Gives its last view, which asks for a project where nobody is there to choose one.
    """
    path = f"/sign-ins/{view['id']}"
    taken = [options.project] if options.project else []
    try:
        while view["status"] in OPEN:
            if view["status"] == "waiting":
                view = _consent(channel, path, view, browser=options.browser)
            elif view["status"] == "exchanging":
                view = _watch(channel, path, view)
            elif is_interactive():
                view = _choose(channel, path, view)
            elif not taken and (taken := _recommended(view["projects"])):
                view = _take(channel, path, taken)
            else:  # no project is the clear choice, or Google refused the one that was
                break
    finally:
        if view["status"] in OPEN:
            with contextlib.suppress(CommandFailed):
                channel.ask("DELETE", path)
    return view


# -- consent ----------------------------------------------------------------------------------


def _consent(channel: Channel, path: str, view: View, *, browser: bool) -> View:
    opened = browser and open_browser(view["url"])
    say("A browser opens on this page:" if opened else "Open this page in a browser:")
    say(f"  {view['url']}")
    if opened or (browser and not is_interactive()):
        return _watch(channel, path, view)
    say(
        f"After your consent the browser goes to {view['redirect_uri']}?…",
        "It need not show anything there: copy its whole address and paste it here.",
    )
    return _pasted(channel, path, view)


def _pasted(channel: Channel, path: str, view: View) -> View:
    while view["status"] == "waiting":
        url = ask("Address (Enter: look whether it is done): ")
        if url:
            try:
                return dict(
                    channel.post(f"{path}/redirect", {"url": url}, patience_s=LONG_PATIENCE_S)
                )
            except Refused as refused:
                say(refused.sentence, refused.next_step)
        view = channel.get(path)
    return view


def _watch(channel: Channel, path: str, view: View) -> View:
    """Waits while the engine waits for consent or for Google."""
    told = cleaned(view["sentence"])
    with spinner(told) as status:
        if status is None:
            say(told)
        while view["status"] in UNDER_WAY:
            time.sleep(POLL_S)
            view = channel.get(path)
            if (now := cleaned(view["sentence"])) != told and view["status"] in UNDER_WAY:
                told = now
                if status is None:
                    say(told)
                else:
                    status.update(told)
    return view


# -- projects ---------------------------------------------------------------------------------


def _choose(channel: Channel, path: str, view: View) -> View:
    """One answer about the projects; the engine's next view says whether it was enough."""
    try:
        return _take(channel, path, _ask_projects(view))
    except Refused as refused:
        say(refused.sentence, refused.next_step)
        return dict(channel.get(path))


def _take(channel: Channel, path: str, projects: Sequence[str]) -> View:
    """The view after these projects were tried; without any, after a new look."""
    if projects:
        body = {"projects": list(projects)}
        return dict(channel.post(f"{path}/projects", body, patience_s=LONG_PATIENCE_S))
    return dict(channel.post(f"{path}/recheck", patience_s=LONG_PATIENCE_S))


def _recommended(projects: Sequence[View]) -> list[str]:
    return [
        project["id"] for project in projects if project["recommended"] and project["api"] != "off"
    ][:1]


def _ask_projects(view: View) -> list[str]:
    """The chosen ids; empty: look at the projects again."""
    projects: Sequence[View] = view["projects"]
    say(cleaned(view["sentence"]), cleaned(view["next_step"]))
    for number, project in enumerate(projects, 1):
        say(f"{number:>3}. {_described(project)}")
        if project["api"] == "off" and project["link"]:
            say(f"     switch the Gemini API on: {cleaned(project['link'])}")
    default = _recommended(projects)
    hint = f" [{cleaned(default[0])}]" if default else ""
    while True:
        answer = ask(f"Projects, such as 1 or 1,3, or an id; r looks again{hint}: ")
        if answer.lower() == "r":
            return []
        if (chosen := default if not answer else _understood(answer, projects)) is not None:
            return _without_those_off(chosen, projects)
        say("That is neither a number of the list nor a project's id.")


def _understood(answer: str, projects: Sequence[View]) -> list[str] | None:
    numbers = numbers_of(answer, len(projects))
    if numbers is not None:
        return [projects[number]["id"] for number in numbers]
    return [answer] if PROJECT_ID.fullmatch(answer) else None


def _without_those_off(chosen: Sequence[str], projects: Sequence[View]) -> list[str]:
    """What was chosen; nothing where the owner is to switch the API on first."""
    off = [one for one in projects if one["id"] in chosen and one["api"] == "off"]
    for project in off:
        say(f"The Gemini API is off in {cleaned(project['id'])}: {cleaned(project['link'])}")
    if off:
        ask("Switch it on there, then press Enter. ")
        return []
    return list(chosen)


def _described(project: View) -> str:
    notes = [f"Gemini API {project['api'] if project['api'] != 'unknown' else 'not known'}"]
    if project["recommended"]:
        notes.append("recommended")
    if project["known"]:
        notes.append("here already")
    if project["shared_with"]:
        labels = ", ".join(cleaned(label) for label in project["shared_with"])
        notes.append(f"shares its quota with {labels}")
    name = cleaned(project["name"])
    title = cleaned(project["id"]) + (f" ({name})" if name and name != project["id"] else "")
    return f"{title}: {', '.join(notes)}"


# -- the end ----------------------------------------------------------------------------------


def _next_steps(view: View, wanted: str | None) -> str:
    """What to do about a sign-in that came to nothing.

    wanted: the project that was named; without one, every project tells where its API goes on.
    """
    steps = cleaned(view["next_step"])
    if view["status"] != "choosing_project":
        return steps
    links = [
        f"  {cleaned(project['id'])}: {cleaned(project['link'])}"
        for project in view["projects"]
        if project["api"] == "off" and wanted in (None, project["id"])
    ]
    ids = ", ".join(cleaned(one["id"]) for one in view["projects"] if one["api"] != "off")
    choice = f"--project ID chooses a project{f', one of: {ids}' if ids else ''}."
    return "\n".join((*filter(None, (steps,)), *links, choice))


def _show_end(channel: Channel, view: View) -> None:
    labels = {one["id"]: one["label"] for one in channel.get("/accounts")["credentials"]}
    for outcome in ("added", "renewed"):
        for credential_id in view[outcome]:
            label = cleaned(labels.get(credential_id, view["email"] or ""))
            print(f"{label} ({cleaned(credential_id)}): {outcome}")
    if view["added"] and view["store"]:
        say(f"New credentials are kept in the {cleaned(view['store'])}.")
