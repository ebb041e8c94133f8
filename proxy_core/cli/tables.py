"""Tables of credentials, checks, imports and findings, from the engine's JSON.

Where a table does not fit the terminal, each entry gets lines of its own. Not here: printing
(`terminal`), nor the words for states, which come from the engine.
"""

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from proxy_core.cli.terminal import PIPE_COLUMNS, cleaned, marks

if TYPE_CHECKING:
    from rich.console import Console

View: TypeAlias = Mapping[str, Any]
"One entry of the engine's answer."

NO_CREDENTIALS = (
    "There is no credential yet. Add one:\n"
    "  pollux accounts add-key        an API key from https://aistudio.google.com/apikey\n"
    "  pollux accounts add            a Google account, with an OAuth client of your own\n"
    "  pollux accounts import FILE    files that you have"
)
STYLES = {"ready": "green", "busy": "green", "disabled": "dim"}
"Of states; every other one needs somebody, and is red."
KINDS = {"account": "account", "api_key": "API key", "service_account": "service account"}
INDENT = "    "
RESTING = frozenset({"cooling", "day_spent"})
"States of a model that end by themselves; the others say that the project does not have it."
LONGEST_LABEL, SHORTEST_LABEL = 48, 20
"Columns of a label in a table with room, and in one without. `--json` has it whole."
NOTE = "i"
"Sign of a finding that is neither good nor bad."


def needs_owner(state: str) -> bool:
    """Whether a credential in this state waits for its owner to do something."""
    return state not in STYLES


def show_credentials(console: "Console", credentials: Sequence[View], now: float) -> None:
    """All credentials; below, what each needs, which models rest, and who shares a quota."""
    if not credentials:
        console.print(NO_CREDENTIALS)
        return
    columns = tuple(name for name in _COLUMNS if name != _VERTEX or any(map(_billed, credentials)))
    rows = [_row(view, now) for view in credentials]
    table = _table_within(console, columns, rows)
    fits = table is not None
    if table is not None:
        console.print(table)
    for view, row in zip(credentials, rows, strict=True):
        notes = list(_notes(view, now))
        if not fits:
            _show_narrow(console, view, row)
        elif notes:
            console.print(Text(f"{_label(view)} ({cleaned(view['id'])})", "bold"))
        for note in notes:
            _note(console, note)
    for note in _shared(credentials):
        console.print(Text(note, "yellow"))


def show_totals(console: "Console", totals: View) -> None:
    console.print(
        Text(
            f"Since the start: {totals['exchanges']} exchanges ({totals['failed']} failed), "
            f"{totals['attempts']} attempts; tokens: {totals['prompt_tokens']} in "
            f"({totals['cached_tokens']} cached), {totals['output_tokens']} out, "
            f"{totals['thought_tokens']} thought"
        )
    )


def show_checks(console: "Console", results: Sequence[View]) -> None:
    good, bad = marks()
    for result in results:
        mark = Text(good, "green") if result["ok"] else Text(bad, "bold red")
        label = f" {cleaned(result['label'])} ({cleaned(result['id'])}): "
        told = [result["sentence"], result["next_step"]] if not result["ok"] else []
        # That it is ready as far as is known is no answer where Google gave none.
        unheard = bool(told) and not needs_owner(result["state"])
        state = Text(cleaned(told.pop(0)), "bold red") if unheard else _state(result["state"])
        console.print(Text.assemble(mark, label, state))
        for text in filter(None, told):
            _note(console, text)


def show_import(console: "Console", report: View) -> None:
    table = _plain_table("from", "outcome", "id", "label", "")
    for item in report["items"]:
        refused = item["outcome"] == "refused"
        table.add_row(
            _cell(item["source"]),
            Text(cleaned(item["outcome"]), "bold red" if refused else "green"),
            _cell(item["id"] or ""),
            _label(item),
            _cell(item["reason"]),
        )
    console.print(table)
    if any(item["outcome"] == "added" for item in report["items"]):
        console.print(Text(f"New credentials are kept in the {cleaned(report['store'])}."))


def show_findings(console: "Console", findings: Sequence[View]) -> None:
    good, bad = marks()
    for finding in findings:
        mark = Text(good, "green") if finding["ok"] else Text(bad, "bold red")
        if finding.get("note"):
            mark = Text(NOTE, "cyan")
        name = cleaned(finding["check"]).replace("_", " ")
        console.print(
            Text.assemble(mark, " ", (name, "bold"), f": {cleaned(finding['sentence'])}"),
        )
        if finding.get("next_step") and (finding.get("note") or not finding["ok"]):
            _note(console, finding["next_step"])


def moment(at: float, now: float) -> str:
    """A point in time in this place's time; the day only where it is not today."""
    there, here = time.localtime(at), time.localtime(now)
    today = there.tm_yday == here.tm_yday and there.tm_year == here.tm_year
    return time.strftime("%H:%M" if today else "%Y-%m-%d %H:%M", there)


def duration(seconds: float) -> str:
    """`45 s`, `12 min`, `3 h 20 min` or `2 d 4 h`."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    minutes = whole // 60
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes} min"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h"


# -- credentials ------------------------------------------------------------------------------

_VERTEX = "vertex, billed"
"Title of the column that stands only where some credential is used with Vertex AI."
_COLUMNS = ("id", "label", "kind", "project", _VERTEX, "state", "resting", "in flight", "store")
Row: TypeAlias = Mapping[str, Text]
"By the title of the column."


def _table_within(console: "Console", columns: Sequence[str], rows: Sequence[Row]) -> Table | None:
    """A table with labels as long as there is room for; None where there is too little."""
    for longest in (LONGEST_LABEL, SHORTEST_LABEL):
        table = _plain_table(*columns)
        for row in rows:
            short = {**row, "label": _shortened(row["label"], longest)}
            table.add_row(*(short[name] for name in columns))
        unbroken = console.options.update(max_width=PIPE_COLUMNS)
        if Measurement.get(console, unbroken, table).maximum <= console.width:
            return table
    return None


def _label(view: View) -> Text:
    return _shortened(_cell(view["label"] or ""), LONGEST_LABEL)


def _shortened(label: Text, longest: int) -> Text:
    short = label.copy()
    short.truncate(longest, overflow="ellipsis")
    return short


def _row(view: View, now: float) -> Row:
    resting = sum(_rests(model, now) for model in view["models"])
    return {
        "id": _cell(view["id"]),
        "label": _label(view),
        "kind": _cell(KINDS.get(view["kind"], view["kind"])),
        "project": _cell(view["project"] or "not known"),
        _VERTEX: _cell(view["location"] if _billed(view) else "-"),
        "state": Text.assemble(_state(view["state"]), _times(view, now)),
        "resting": _cell(resting or "-"),
        "in flight": _cell(view["in_flight"]),
        "store": _cell(view["store"]),
    }


def _billed(view: View) -> bool:
    return bool(view.get("service") == "vertex")


def _show_narrow(console: "Console", view: View, row: Row) -> None:
    told = {name: cell.plain for name, cell in row.items()}
    console.print(Text.assemble((told["label"], "bold"), "  ", row["state"]))
    vertex = f", Vertex AI in {told[_VERTEX]} (billed)" if _billed(view) else ""
    where = f"project {told['project']}{vertex}, in the {told['store']}"
    _note(console, f"{told['id']}, {told['kind']}, {where}, {told['in flight']} in flight")


def _times(view: View, now: float) -> str:
    if (until := view.get("until")) is not None and until > now:
        return f" until {moment(until, now)} (in {duration(until - now)})"
    return f" since {moment(view['since'], now)}" if view.get("since") else ""


def _notes(view: View, now: float) -> Iterator[str]:
    if needs_owner(view["state"]):
        yield from filter(None, (view["sentence"], view["next_step"]))
    for model in view["models"]:
        if model["state"] == "ready":
            continue
        until = model["until"]
        when = f" until {moment(until, now)} (in {duration(until - now)})" if until else ""
        yield f"{model['model']}: {str(model['state']).replace('_', ' ')}{when}"


def _rests(model: View, now: float) -> bool:
    """Whether it comes back by itself, as the window counts too."""
    return model["state"] in RESTING and (model["until"] or 0.0) > now


def _shared(credentials: Sequence[View]) -> Iterator[str]:
    of_project: dict[tuple[str, bool], list[str]] = defaultdict(list)
    for view in credentials:
        if view["project"]:
            of_project[view["project"], _billed(view)].append(_label(view).plain)
    for (project, billed), labels in of_project.items():
        if len(labels) > 1:
            where = " at Vertex AI" if billed else ""
            yield f"One shared quota, of project {cleaned(project)}{where}: {', '.join(labels)}"


# -- pieces -----------------------------------------------------------------------------------


def _state(slug: str) -> Text:
    return Text(cleaned(slug).replace("_", " "), STYLES.get(slug, "bold red"))


def _cell(value: object) -> Text:
    return Text(cleaned(value))


def _note(console: "Console", text: object) -> None:
    """Prints a line below something else. One with a link is left to the terminal to break."""
    line = _cell(text)
    if "://" in line.plain:
        console.print(Text(INDENT) + line, soft_wrap=True)
    else:
        console.print(Padding(line, (0, 0, 0, len(INDENT)), expand=False))


def _plain_table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(column, overflow="fold")
    return table
