"""What a running engine makes of its settings, and how it takes new ones over at once.

Settings without an applier need a restart. `assembly` starts with the same functions.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeAlias

from proxy_core.engine.shipped_families import SHIPPED_FAMILIES
from proxy_core.gemini.families import Families
from proxy_core.gemini.family_rows import FamilyMistake, read_rows
from proxy_core.pool.pool import Pool
from proxy_core.relay.relay import Patience, Relay
from proxy_core.server.context import Services
from proxy_core.server.debug_log import DebugLog
from proxy_core.server.front import Guards
from proxy_core.settings import FAMILIES_FILE, Settings, SettingsProblem

log = logging.getLogger(__name__)

Applier: TypeAlias = Callable[[Settings], None]


def appliers(
    *, pool: Pool, relay: Relay, services: Services, guards: Guards
) -> Mapping[str, Applier]:
    """By variable, what makes a running engine go by new settings; called on its loop."""

    def rotation(settings: Settings) -> None:
        pool.configure(
            policy=settings.rotation, sticky=settings.sticky, cap=settings.max_concurrency
        )

    def patience(settings: Settings) -> None:
        relay.patience = patience_of(settings)

    def keep_alive(settings: Settings) -> None:
        services.pace = replace(services.pace, keep_alive_s=settings.keepalive_s)

    def parsing(settings: Settings) -> None:
        services.parsing = replace(
            services.parsing, thought_tags=tags_of(settings), aliases=aliases_of(settings)
        )

    def body(settings: Settings) -> None:
        services.max_body_bytes = max_body_bytes_of(settings)

    def hosts(settings: Settings) -> None:
        guards.host.replace(settings.allowed_hosts)

    def origins(settings: Settings) -> None:
        guards.cors.replace(settings.cors_allowed_origins)

    def debug(settings: Settings) -> None:
        services.debug = debug_log_of(settings)
        severity(settings)

    return {
        **dict.fromkeys(("ROTATION", "STICKY", "MAX_CONCURRENCY"), rotation),
        **dict.fromkeys(("MAX_ATTEMPTS", "MAX_WAIT_S"), patience),
        **dict.fromkeys(("MODEL_ALIASES", "THOUGHT_WRAPPER_TAGS"), parsing),
        **dict.fromkeys(("DEBUG", "DEBUG_REDACT_LOGS"), debug),
        "KEEPALIVE_S": keep_alive,
        "MAX_BODY_MB": body,
        "ALLOWED_HOSTS": hosts,
        "CORS_ALLOWED_ORIGINS": origins,
        "LOG_LEVEL": severity,
    }


def patience_of(settings: Settings) -> Patience:
    return Patience(settings.max_attempts, settings.max_wait_s)


def tags_of(settings: Settings) -> tuple[str, str] | None:
    tags = settings.thought_wrapper_tags
    return (tags[0], tags[1]) if tags else None


def aliases_of(settings: Settings) -> Mapping[str, tuple[str, ...]]:
    """By bare name, as an alias is looked for however a client writes it."""
    aliases = settings.model_aliases
    return {name.removeprefix("models/"): chain for name, chain in aliases.items()}


def families_of(settings: Settings) -> Families:
    """What models can do, the owner's word over ours. Raises SettingsProblem."""
    if not settings.families:
        return SHIPPED_FAMILIES
    try:
        return read_rows(settings.families, SHIPPED_FAMILIES)
    except FamilyMistake as mistake:
        raise SettingsProblem(FAMILIES_FILE, str(mistake)) from None


def max_body_bytes_of(settings: Settings) -> int:
    return settings.max_body_mb * 1_048_576


def debug_log_of(settings: Settings) -> DebugLog | None:
    """The verbose log where it is wanted; says loudly when it is going to hold texts."""
    if not settings.debug:
        return None
    if not settings.debug_redact_logs:
        log.warning("DEBUG_REDACT_LOGS=false: PROMPTS AND ANSWERS ARE WRITTEN TO THIS LOG")
    return DebugLog(redact=settings.debug_redact_logs)


def severity(settings: Settings) -> None:
    """Lets the log of this process show what the settings ask for."""
    level = "debug" if settings.debug else settings.log_level
    logging.getLogger().setLevel(level.upper())
