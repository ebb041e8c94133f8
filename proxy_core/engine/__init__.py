"""The running proxy and what can be asked of it: life, state, accounts, sign-in, checks.

`engine` starts and stops, `desk` takes the commands of `proxy_core.commands` and hands them to
`accounts`, `sign_in`, `settings_change` and the doctor. It knows no window and no terminal. It
imports nothing here: a terminal's command only looks for the running instance (`instance`).
"""
