"""Made-up settings files with comments, and places in them."""

from hypothesis import strategies as st

from proxy_core.connect.model import Item, Place

PLACES: tuple[Place, ...] = (
    ("model",),
    ("env", "URL"),
    ("provider", "pollux"),
    ("list", Item("name", "pollux")),
    ("deep", "er", "est", "pollux"),
)
BLOCK = {"name": "pollux", "url": "http://127.0.0.1:7860/v1", "models": ["a", "b"], "on": True}
places = st.sampled_from(PLACES)
values = st.one_of(st.text(max_size=8), st.just(BLOCK), st.integers(-9, 9))
blanks = st.lists(
    st.sampled_from([" ", "\n", "\n  ", "\t", "// c{1}\n", "/* c,2 */", "\r\n"]), max_size=3
).map("".join)
scalars = st.sampled_from(['"x"', '"a,//b"', "1", "null", "true", '""', "[]", "{}"])
names = st.sampled_from(["model", "env", "provider", "list", "deep", "other", "er", "name"])


@st.composite
def objects(draw: st.DrawFn, depth: int = 2) -> str:
    """An object with blanks and comments wherever they may stand."""
    parts = []
    keys: list[str] = draw(st.lists(names, max_size=4, unique=True))
    for key in keys:
        nested: bool = draw(st.booleans())
        value = draw(objects(depth - 1)) if nested and depth > 0 else draw(scalars)
        parts.append(f'{draw(blanks)}"{key}"{draw(blanks)}:{draw(blanks)}{value}{draw(blanks)}')
    trailing: bool = draw(st.booleans())
    comma = "," if parts and trailing else ""
    return "{" + ",".join(parts) + comma + draw(blanks) + "}"


documents = st.tuples(blanks, objects(), blanks).map("".join)

toml_blocks = st.lists(
    st.sampled_from(
        [
            "[a]\nx = 1 # one\n",
            "# alone\n",
            "\n",
            "[model_providers.mine]\n# inside\nname = 'm'\n",
            "[[servers]]\nport = 1\n",
            "[b.c]\ny = { z = [1, 2] }\n",
        ]
    ),
    unique=True,
)
toml_heads = st.sampled_from(["", "# top\n\n", "model = 'm' # why\n", "x = 1\nmodel = 'm'\n\n"])
toml_documents = st.tuples(toml_heads, toml_blocks.map("".join)).map("".join)
