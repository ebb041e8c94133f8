"""Agents for the terminal: Aider, OpenCode, Codex, Claude Code, Gemini CLI, Qwen Code.

`apply` makes Pollux what they use by default, since their command line asks for nothing; their
notes say so where that takes the place of a subscription. Codex and Claude Code ask a command for
the bearer token, so no file holds it and no variable must be set. The alternative for those two, a
file that the owner names at each start, lost: who forgets it works on with the other account.
Formats as documented in November 2026:
- Aider: https://aider.chat/docs/config/aider_conf.html
- OpenCode: https://opencode.ai/docs/config and https://opencode.ai/docs/providers
- Codex: https://developers.openai.com/codex/config-reference; `responses` is the only `wire_api`,
  and `auth` names the command
- Claude Code: https://code.claude.com/docs/en/settings, /llm-gateway and /model-config; the
  command stands in `apiKeyHelper`, and variables of the environment beat it
- Gemini CLI: https://geminicli.com/docs/reference/configuration; it reads the base URL and the
  key from the environment or `.env` files alone
- Qwen Code: https://qwenlm.github.io/qwen-code-docs/en/users/configuration/model-providers
"""

from pathlib import Path

from proxy_core.connect.guides import (
    Entry,
    file_step,
    token_or_placeholder,
    token_step,
)
from proxy_core.connect.model import (
    CONTEXT_TOKENS,
    OUTPUT_TOKENS,
    TOKEN_VARIABLE,
    Address,
    Change,
    Folders,
    Item,
    Setting,
    Step,
    Tool,
)


def _aider_changes(folders: Folders, address: Address) -> tuple[Change, ...]:
    settings = (
        Setting(("openai-api-base",), address.openai),
        Setting(("model",), f"openai/{address.model}"),
    )
    return (Change(folders.home / ".aider.conf.yml", "yaml", settings),)


def _aider_steps(folders: Folders, address: Address) -> tuple[Step, ...]:
    (change,) = _aider_changes(folders, address)
    return (
        file_step(change, folders, "Name the address and the model."),
        token_step(folders, address, "AIDER_OPENAI_API_KEY"),
    )


def _opencode_changes(folders: Folders, address: Address) -> tuple[Change, ...]:
    root = folders.xdg_config / "opencode"
    # OpenCode reads both and lets the second win.
    with_comments = root / "opencode.jsonc"
    path = with_comments if _is_seen(with_comments) else root / "opencode.json"
    provider = {
        "npm": "@ai-sdk/openai-compatible",
        "name": "Pollux",
        "options": {"baseURL": address.openai, "apiKey": f"{{env:{TOKEN_VARIABLE}}}"},
        "models": {
            address.model: {
                "name": address.model,
                "limit": {"context": CONTEXT_TOKENS, "output": OUTPUT_TOKENS},
            }
        },
    }
    settings = (
        Setting(("provider", "pollux"), provider),
        Setting(("model",), f"pollux/{address.model}"),
    )
    return (Change(path, "jsonc", settings),)


def _is_seen(path: Path) -> bool:
    """Whether there is such a file; not in a folder that is closed to us, as reading it tells."""
    try:
        return path.exists()
    except OSError:
        return False


def _opencode_steps(folders: Folders, address: Address) -> tuple[Step, ...]:
    (change,) = _opencode_changes(folders, address)
    return (
        file_step(change, folders, "Add Pollux as a provider and make it the default."),
        token_step(folders, address),
    )


def _codex_changes(folders: Folders, address: Address) -> tuple[Change, ...]:
    command, *words = folders.token_words
    provider = {
        "name": "Pollux",
        "base_url": address.openai,
        "wire_api": "responses",
        "auth": {"command": command, "args": words},
    }
    root = folders.named("CODEX_HOME", folders.home / ".codex")
    settings = (
        Setting(("model_provider",), "pollux"),
        Setting(("model",), address.model),
        Setting(("model_providers", "pollux"), provider),
    )
    return (Change(root / "config.toml", "toml", settings),)


def _codex_steps(folders: Folders, address: Address) -> tuple[Step, ...]:
    (change,) = _codex_changes(folders, address)
    text = (
        "Add Pollux as a provider and make it the default. The two lines at the beginning must "
        "stand before the first table. Codex asks Pollux for the bearer token itself."
    )
    return (file_step(change, folders, text),)


def _claude_changes(folders: Folders, address: Address) -> tuple[Change, ...]:
    root = folders.named("CLAUDE_CONFIG_DIR", folders.home / ".claude")
    environment = {"ANTHROPIC_BASE_URL": address.url}
    environment |= dict.fromkeys(_CLAUDE_MODELS, address.model)
    settings = (
        Setting(("apiKeyHelper",), folders.token_command),
        *(Setting(("env", name), value) for name, value in environment.items()),
    )
    return (Change(root / "settings.json", "jsonc", settings),)


_CLAUDE_MODELS = (
    "ANTHROPIC_MODEL",
    "ANTHROPIC_DEFAULT_FABLE_MODEL",
    "ANTHROPIC_DEFAULT_OPUS_MODEL",
    "ANTHROPIC_DEFAULT_SONNET_MODEL",
    "ANTHROPIC_DEFAULT_HAIKU_MODEL",
)
"The model at the start, whatever was chosen before, and those behind the names of /model."


def _claude_steps(folders: Folders, address: Address) -> tuple[Step, ...]:
    (change,) = _claude_changes(folders, address)
    text = (
        "Name the address and the models. Claude Code asks Pollux for the bearer token itself; "
        "ANTHROPIC_AUTH_TOKEN and ANTHROPIC_API_KEY must not be set, since they come first."
    )
    return (file_step(change, folders, text),)


def _gemini_changes(folders: Folders, address: Address) -> tuple[Change, ...]:
    root = folders.named("GEMINI_CLI_HOME", folders.home) / ".gemini"
    variables = (
        Setting(("GOOGLE_GEMINI_BASE_URL",), address.url),
        Setting(("GEMINI_API_KEY",), token_or_placeholder(address)),
    )
    sign_in = Setting(("security", "auth", "selectedType"), "gemini-api-key")
    return (
        Change(root / ".env", "dotenv", variables),
        Change(root / "settings.json", "jsonc", (sign_in,)),
    )


def _gemini_steps(folders: Folders, address: Address) -> tuple[Step, ...]:
    variables, sign_in = _gemini_changes(folders, address)
    return (
        file_step(
            variables,
            folders,
            "This file must hold the bearer token itself, unless GEMINI_API_KEY is set in the "
            "environment. A .env file in a project is read instead of this one.",
            secret=True,
        ),
        file_step(sign_in, folders, "Choose the API key as the way to sign in."),
    )


def _qwen_changes(folders: Folders, address: Address) -> tuple[Change, ...]:
    root = folders.named("QWEN_HOME", folders.home / ".qwen")
    model = {
        "id": address.model,
        "name": f"Pollux {address.model}",
        "baseUrl": address.openai,
        "envKey": TOKEN_VARIABLE,
    }
    settings = (
        Setting(("modelProviders", "openai", Item("envKey", TOKEN_VARIABLE)), model),
        Setting(("security", "auth", "selectedType"), "openai"),
        Setting(("model", "name"), address.model),
    )
    return (Change(root / "settings.json", "jsonc", settings),)


def _qwen_steps(folders: Folders, address: Address) -> tuple[Step, ...]:
    (change,) = _qwen_changes(folders, address)
    return (
        file_step(change, folders, "Add the model and make it the default."),
        token_step(folders, address),
    )


ENTRIES = (
    Entry(
        Tool(
            "aider",
            "Aider",
            "cli",
            "openai",
            "https://aider.chat/docs/llms/openai-compat.html",
            can_apply=True,
        ),
        _aider_steps,
        _aider_changes,
    ),
    Entry(
        Tool(
            "opencode",
            "OpenCode",
            "cli",
            "openai",
            "https://opencode.ai/docs/providers",
            can_apply=True,
        ),
        _opencode_steps,
        _opencode_changes,
    ),
    Entry(
        Tool(
            "codex",
            "Codex CLI",
            "cli",
            "responses",
            "https://developers.openai.com/codex/config-reference",
            can_apply=True,
            note="Once set up, Codex uses Pollux instead of your ChatGPT account or OpenAI key.",
        ),
        _codex_steps,
        _codex_changes,
    ),
    Entry(
        Tool(
            "claude-code",
            "Claude Code",
            "cli",
            "anthropic",
            "https://code.claude.com/docs/en/llm-gateway",
            can_apply=True,
            note="Once set up, Claude Code uses Pollux instead of your Claude account or Anthropic "
            "key.",
        ),
        _claude_steps,
        _claude_changes,
    ),
    Entry(
        Tool(
            "gemini-cli",
            "Gemini CLI",
            "cli",
            "gemini",
            "https://geminicli.com/docs/reference/configuration",
            can_apply=True,
            note="Its settings file must hold the bearer token itself.",
        ),
        _gemini_steps,
        _gemini_changes,
        holds_token=True,
    ),
    Entry(
        Tool(
            "qwen-code",
            "Qwen Code",
            "cli",
            "openai",
            "https://qwenlm.github.io/qwen-code-docs/en/users/configuration/model-providers",
            can_apply=True,
        ),
        _qwen_steps,
        _qwen_changes,
    ),
)
