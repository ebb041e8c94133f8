"""What the file may hold at all."""

from proxy_core.memory.tables import MIGRATIONS, READ_AT_START, USAGE
from tests.memory.opened import opened

NAMES = """
binding: name project expires_at
learned_limit: unit model limit_minute limit_day used_day day
note: credential_id label enabled service location
signature: tool_call_id name gemini_id signature at size
standing: subject model state since until reason strikes cause link
usage: period at model credential_id client exchanges failed prompt_tokens cached_tokens \
output_tokens thought_tokens
"""
"A new column here is a new thing that lands on the disk: never a text of a request."


def test_the_tables_have_no_place_for_a_text_of_a_request() -> None:
    tables = sorted((*READ_AT_START, USAGE), key=lambda table: table.name)
    told = [f"{table.name}: {' '.join(table.key + table.values)}" for table in tables]
    assert told == NAMES.strip().splitlines()


def test_the_scripts_make_no_other_tables() -> None:
    made = sum(script.count("CREATE TABLE") for script in MIGRATIONS)
    assert made == len(READ_AT_START) + 1


async def test_every_table_is_read_at_the_start_of_an_empty_file() -> None:
    async with opened(None) as memory:
        assert memory.ledger.load() == ()
        assert memory.ledger.limits() == ()
