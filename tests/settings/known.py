"""A valid value for each secret setting, recognisable wherever it should not be."""

SECRETS = {
    "GEMINI_AUTH_PASSWORD": "hush-password",
    "CLIENT_SECRET": "hush-client",
    "CREDENTIALS_JSON_LIST": '["hush-credential"]',
    "OUTBOUND_PROXY": "http://user:hush-proxy@127.0.0.1:1",
    "POLLUX_VAULT_KEY": "aHVzaC12YXVsdC1rZXktb2YtMzItYnl0ZXMtc2VjcmU=",
    "ADMIN_PASSWORD": "hush-admin",
    "POLLUX_STATE_URL": "redis://:hush-state@127.0.0.1:1/0",
}
