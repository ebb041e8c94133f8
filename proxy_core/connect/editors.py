"""Editors: Continue, Cline, Zed, JetBrains AI, VS Code's Copilot, Cursor.

Formats as documented in November 2026:
- Continue: models in files of their own below `~/.continue/models`, secrets from `.env` files or
  the environment: https://docs.continue.dev/guides/configuring-models-rules-tools and
  https://docs.continue.dev/faqs#managing-local-secrets-and-environment-variables
- Cline: https://docs.cline.bot/provider-config/openai-compatible
- Zed: https://zed.dev/docs/ai/llm-providers#openai-api-compatible, the file's place
  https://zed.dev/docs/configuring-zed
- JetBrains: https://www.jetbrains.com/help/ai-assistant/bring-your-own-key-byok.html
- VS Code: https://code.visualstudio.com/docs/agent-customization/language-models
- Cursor: https://ngrok.com/docs/gateway/examples/cursor-local-llm
"""

import json
import shlex
from typing import Any

from proxy_core.connect.guides import (
    Entry,
    fields_step,
    file_step,
    quoted,
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
    Setting,
    Step,
    Tool,
)

# A file of our own needs no YAML editor and takes nothing from the owner's config.yaml.
_CONTINUE = """\
name: Pollux
version: 0.0.1
schema: v1
models:
  - name: {name}
    provider: openai
    model: {model}
    apiBase: {url}
    apiKey: ${{{{ secrets.{variable} }}}}
    capabilities: [tool_use, image_input]
"""


def _continue_changes(folders: Folders, address: Address) -> tuple[Change, ...]:
    content = _CONTINUE.format(
        name=json.dumps(f"Pollux {address.model}"),
        model=json.dumps(address.model),
        url=json.dumps(address.openai),
        variable=TOKEN_VARIABLE,
    )
    root = folders.named("CONTINUE_GLOBAL_DIR", folders.home / ".continue")
    return (Change(root / "models" / "pollux.yaml", "whole", (Setting((), content),)),)


def _continue_steps(folders: Folders, address: Address) -> tuple[Step, ...]:
    (change,) = _continue_changes(folders, address)
    return (
        file_step(
            change,
            folders,
            "A file of its own beside config.yaml adds the model to the editors.",
        ),
        token_step(
            folders,
            address,
            text=f"Continue also reads it from a line {TOKEN_VARIABLE}=… in the file .env beside "
            "config.yaml. Restart the editor afterwards.",
        ),
        Step(
            "Or in a terminal",
            "Continue's command line is told the file.",
            f"cn --config {quoted(change.path, folders)}\n",
            "powershell" if folders.is_windows else "sh",
        ),
    )


def _cline_steps(folders: Folders, address: Address) -> tuple[Step, ...]:
    token = shlex.quote(address.token) if address.token else f'"$({folders.token_command})"'
    return (
        fields_step(
            "Fill in Cline's settings",
            "Open Cline's settings (the gear) and fill in:",
            {
                "API Provider": "OpenAI Compatible",
                "Base URL": address.openai,
                "API Key": token_or_placeholder(address),
                "Model ID": address.model,
            },
            address,
        ),
        Step(
            "Or in a terminal",
            "Cline's command line keeps the same settings.",
            f"cline auth -p openai -k {token} -b {address.openai} -m {address.model}\n",
            "sh",
            secret=address.token is not None,
        ),
    )


def _zed_changes(folders: Folders, address: Address) -> tuple[Change, ...]:
    # https://zed.dev/docs/configuring-zed: XDG_CONFIG_HOME counts on Linux alone.
    if folders.is_windows:
        root = folders.app_data / "Zed"
    elif folders.platform == "darwin":
        root = folders.home / ".config" / "zed"
    else:
        root = folders.xdg_config / "zed"
    provider = {
        "api_url": address.openai,
        "available_models": [
            {
                "name": address.model,
                "display_name": f"Pollux {address.model}",
                "max_tokens": CONTEXT_TOKENS,
                "max_output_tokens": OUTPUT_TOKENS,
                "capabilities": {
                    "tools": True,
                    "images": True,
                    "parallel_tool_calls": True,
                    "prompt_cache_key": True,
                },
            }
        ],
    }
    place = ("language_models", "openai_compatible", "Pollux")
    return (Change(root / "settings.json", "jsonc", (Setting(place, provider),)),)


def _zed_steps(folders: Folders, address: Address) -> tuple[Step, ...]:
    (change,) = _zed_changes(folders, address)
    return (
        file_step(change, folders, "Add Pollux to the language models."),
        token_step(
            folders,
            address,
            "POLLUX_API_KEY",
            title="Give Zed the bearer token",
            text='Run the command "agent: open settings" in Zed and paste it under LLM Providers, '
            "Pollux: Zed keeps it in the system's keyring. Or set the variable and start Zed from "
            "that terminal.",
        ),
    )


def _jetbrains_steps(_: Folders, address: Address) -> tuple[Step, ...]:
    fields = {
        "Provider": "OpenAI-compatible",
        "Base URL": address.openai,
        "Key": token_or_placeholder(address),
        "Model": address.model,
    }
    where = "Open Settings, Tools, AI Assistant, Providers & API keys, and fill in:"
    return (fields_step("Fill in the provider", where, fields, address),)


def _vscode_steps(_: Folders, address: Address) -> tuple[Step, ...]:
    model: dict[str, Any] = {
        "id": address.model,
        "name": f"Pollux {address.model}",
        "url": f"{address.openai}/chat/completions",
        "toolCalling": True,
        "vision": True,
        "maxInputTokens": CONTEXT_TOKENS - OUTPUT_TOKENS,
        "maxOutputTokens": OUTPUT_TOKENS,
    }
    form = {
        "Group name": "Pollux",
        "API key": token_or_placeholder(address),
        "API type": "Chat Completions",
    }
    return (
        fields_step(
            "Add a custom endpoint",
            'Run the command "Chat: Manage Language Models", choose Add Models, Custom Endpoint. '
            "VS Code keeps the key in its own secret store.",
            form,
            address,
        ),
        Step(
            "Name the model",
            'VS Code opens chatLanguageModels.json: put this into "models" of the new group.',
            json.dumps(model, indent=2) + "\n",
            "json",
            "chatLanguageModels.json",
        ),
    )


def _cursor_steps(_: Folders, address: Address) -> tuple[Step, ...]:
    return (
        Step(
            "Not from this machine alone",
            "Cursor builds every prompt on its own servers, and they cannot reach an address such "
            f"as {address.url}. It would take a public HTTPS address for Pollux, and with it "
            "everyone could try your bearer token. Use Cline or Continue inside Cursor instead: "
            "extensions call Pollux from this machine.",
            "",
            "text",
        ),
    )


ENTRIES = (
    Entry(
        Tool(
            "continue",
            "Continue",
            "ide",
            "openai",
            "https://docs.continue.dev/guides/configuring-models-rules-tools",
            can_apply=True,
        ),
        _continue_steps,
        _continue_changes,
    ),
    Entry(
        Tool(
            "cline",
            "Cline",
            "ide",
            "openai",
            "https://docs.cline.bot/provider-config/openai-compatible",
            note="Cline keeps its settings in the editor's store, not in a file to edit.",
        ),
        _cline_steps,
    ),
    Entry(
        Tool(
            "zed",
            "Zed",
            "ide",
            "openai",
            "https://zed.dev/docs/ai/llm-providers#openai-api-compatible",
            can_apply=True,
            note="Zed takes the bearer token from its own form or the environment only.",
        ),
        _zed_steps,
        _zed_changes,
    ),
    Entry(
        Tool(
            "jetbrains",
            "JetBrains AI",
            "ide",
            "openai",
            "https://www.jetbrains.com/help/ai-assistant/bring-your-own-key-byok.html",
            note="JetBrains keeps its settings in the IDE, not in a documented file.",
        ),
        _jetbrains_steps,
    ),
    Entry(
        Tool(
            "vscode",
            "VS Code Copilot",
            "ide",
            "openai",
            "https://code.visualstudio.com/docs/agent-customization/language-models",
            note="Needs VS Code 1.122 or later. Works without a GitHub account; inline "
            "suggestions stay with Copilot.",
        ),
        _vscode_steps,
    ),
    Entry(
        Tool(
            "cursor",
            "Cursor",
            "ide",
            "openai",
            "https://ngrok.com/docs/gateway/examples/cursor-local-llm",
            note="Cursor's servers cannot reach localhost.",
        ),
        _cursor_steps,
    ),
)
