-- A file as version 1 made it. It never changes: every later version must read it.
PRAGMA auto_vacuum = INCREMENTAL;
CREATE TABLE standing (
    subject TEXT NOT NULL,
    model TEXT NOT NULL,
    state TEXT NOT NULL,
    since REAL NOT NULL,
    until REAL NOT NULL,
    reason TEXT NOT NULL,
    strikes INTEGER NOT NULL,
    cause TEXT NOT NULL,
    link TEXT,
    PRIMARY KEY (subject, model)
);
CREATE TABLE learned_limit (
    unit TEXT NOT NULL,
    model TEXT NOT NULL,
    limit_minute INTEGER,
    limit_day INTEGER,
    used_day INTEGER NOT NULL,
    day TEXT NOT NULL,
    PRIMARY KEY (unit, model)
);
CREATE TABLE note (
    credential_id TEXT NOT NULL PRIMARY KEY,
    label TEXT,
    enabled INTEGER NOT NULL
);
CREATE TABLE binding (
    name TEXT NOT NULL PRIMARY KEY,
    project TEXT NOT NULL,
    expires_at REAL NOT NULL
);
CREATE TABLE signature (
    tool_call_id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    gemini_id TEXT,
    signature TEXT,
    at REAL NOT NULL,
    size INTEGER NOT NULL
);
CREATE INDEX signature_by_age ON signature (at, size);
CREATE TABLE usage (
    period INTEGER NOT NULL,
    at INTEGER NOT NULL,
    model TEXT NOT NULL,
    credential_id TEXT NOT NULL,
    client TEXT NOT NULL,
    exchanges INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    prompt_tokens INTEGER NOT NULL,
    cached_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    thought_tokens INTEGER NOT NULL,
    PRIMARY KEY (period, at, model, credential_id, client)
) WITHOUT ROWID;
INSERT INTO standing VALUES ('project-a','gemini-2.5-flash','cooling',1795000000.0,1795000060.0,'too many',1,'minute_quota',NULL);
INSERT INTO standing VALUES ('key-a','','leaked',1794999000.0,0.0,'found',0,'leaked','https://g.example');
INSERT INTO learned_limit VALUES ('project-a','gemini-2.5-flash',10,NULL,7,'2026-11-23');
INSERT INTO note VALUES ('key-a','at home',0);
INSERT INTO binding VALUES ('files/1','project-a',1795000500.0);
INSERT INTO signature VALUES ('call_1','look_up','g1','c2lnbmF0dXJl',1794999000.0,30);
INSERT INTO usage VALUES (60,1794999960,'gemini-2.5-flash','key-a','curl/8',2,1,30,10,5,4);
INSERT INTO usage VALUES (3600,1794999600,'gemini-2.5-flash','key-a','curl/8',2,1,30,10,5,4);
INSERT INTO usage VALUES (86400,1794960000,'gemini-2.5-flash','key-a','curl/8',2,1,30,10,5,4);
PRAGMA user_version = 1;
