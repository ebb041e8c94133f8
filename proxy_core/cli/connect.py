"""`pollux connect`: settings for the tools that use Pollux, shown, written and taken back.

Guides show a reference to the bearer token, never the token: a terminal keeps what it showed.
"""

from dataclasses import asdict
from typing import Any

from rich.table import Table
from rich.text import Text

from proxy_core import connect as tools
from proxy_core.cli.arguments import Arguments, read_settings
from proxy_core.cli.channel import read_token
from proxy_core.cli.failure import FAILED, WRONG_USAGE, CommandFailed
from proxy_core.cli.terminal import console, print_json, say
from proxy_core.connect import Address, Applied, ConnectFailed, Folders, Guide, Tool
from proxy_core.engine.instance import read_instance
from proxy_core.ports import local_url
from proxy_core.settings import Settings, Source, data_folder

STATES = {
    "absent": "not written",
    "applied": "written",
    "other_address": "written, for another address or model",
    "changed": "written, and changed since",
}
DIALECTS = {
    "openai": "OpenAI",
    "anthropic": "Anthropic",
    "gemini": "Gemini",
    "responses": "OpenAI Responses",
}


def connect(arguments: Arguments) -> int:
    """Does what was asked; returns the exit code. Raises CommandFailed."""
    options = arguments.connect
    known = {tool.id: tool for tool in tools.tools()}
    if options.tool not in known and (options.tool or options.action != "show"):
        sentence = f"There is no tool {options.tool!r}." if options.tool else "Name a tool."
        raise CommandFailed(sentence, f"These there are: {', '.join(known)}.", code=WRONG_USAGE)
    settings = read_settings(arguments)
    folders = Folders.here(data_folder(settings))
    address = Address(_url(settings), read_token(settings), options.model or tools.MODEL)
    try:
        match options.action:
            case "apply":
                applied = tools.apply(options.tool, folders, address)
                _show_applied(known[options.tool], applied, as_json=arguments.json)
            case "undo":
                applied = tools.undo(options.tool, folders)
                _show_undone(known[options.tool], applied, as_json=arguments.json)
            case "show":
                _show(known, options.tool, folders, address, as_json=arguments.json)
    except ConnectFailed as failed:
        raise CommandFailed(failed.sentence, failed.next_step, code=FAILED) from failed
    return 0


def _url(settings: Settings) -> str:
    """The address that the command line names, else where Pollux listens, else where it would."""
    named = Source.COMMAND_LINE in (settings.source("HOST"), settings.source("PORT"))
    instance = None if named else read_instance(data_folder(settings))
    if instance is not None:
        return instance.url
    return local_url(settings.host, settings.port)


def _show(
    known: dict[str, Tool], tool_id: str, folders: Folders, address: Address, *, as_json: bool
) -> None:
    if tool_id:
        # What is shown holds no token; how the file stands depends on it.
        guide = tools.snippets(tool_id, Address(address.url, None, address.model), folders)
        applied = tools.status(tool_id, folders, address) if guide.tool.can_apply else None
        if as_json:
            print_json(asdict(guide) | {"applied": applied and asdict(applied)})
        else:
            _show_guide(guide, applied)
        return
    rows = [_row(tool, folders, address) for tool in known.values()]
    if as_json:
        print_json({"url": address.url, "tools": rows})
    else:
        _show_tools(rows)


def _row(tool: Tool, folders: Folders, address: Address) -> dict[str, Any]:
    row = asdict(tool) | {"state": None, "path": None, "problem": ""}
    if not any(step.code for step in tools.snippets(tool.id, address, folders).steps):
        row["problem"] = tool.note
    if tool.can_apply:
        try:
            applied = tools.status(tool.id, folders, address)
            row |= {"state": applied.state, "path": applied.path}
        except ConnectFailed as failed:
            row["problem"] = failed.sentence
    return row


def _show_tools(rows: list[dict[str, Any]]) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title in ("id", "tool", "speaks", "settings file"):
        table.add_column(title, style="dim" if title == "speaks" else None)
    for row in rows:
        state = row["problem"] or STATES.get(row["state"], "by hand")
        style = "red" if row["problem"] else "green" if row["state"] == "applied" else ""
        table.add_row(row["id"], row["name"], DIALECTS[row["dialect"]], Text(state, style))
    shown = console()
    shown.print(table)
    shown.print("\n`pollux connect ID` shows the steps; with --apply it writes the settings file.")


def _show_guide(guide: Guide, applied: Applied | None) -> None:
    shown = console()
    shown.print(Text(guide.tool.name, "bold"))
    for text in filter(None, (guide.tool.note, f"Described at {guide.tool.docs_url}")):
        shown.print(text)
    for number, step in enumerate(guide.steps, 1):
        shown.print(Text(f"\n{number}. {step.title}", "bold"))
        shown.print(step.text)
        if step.code:
            # Unbroken and unmarked, to be copied.
            print(f"\n{step.code.rstrip()}", flush=True)
    if applied is not None:
        shown.print(f"\n{applied.path}: {STATES[applied.state]}.")
        if applied.state != "applied":
            shown.print(f"`pollux connect {guide.tool.id} --apply` writes it, with a backup.")


def _show_applied(tool: Tool, applied: Applied, *, as_json: bool) -> None:
    if as_json:
        print_json(asdict(applied))
        return
    print(f"{tool.name} is set up for Pollux: {applied.path}")
    kept = f"What it was before: {applied.backup}" if applied.backup else ""
    say(kept, f"`pollux connect {tool.id} --undo` takes it back.", tool.note)
    later = [step for step in tools.snippets(tool.id, Address("")).steps if step.path is None]
    if later:
        say(f"Still to do, as `pollux connect {tool.id}` shows:")
    say(*(f"- {step.title}" for step in later))


def _show_undone(tool: Tool, applied: Applied, *, as_json: bool) -> None:
    if as_json:
        print_json(asdict(applied))
    else:
        print(f"Taken back: {tool.name} does not use Pollux any more, by {applied.path}")
