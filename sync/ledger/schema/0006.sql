-- Ledger, version 6.

-- ---- Holds: departures that wait on somebody's word, and withdrawals that somebody took back

-- Leaves of absence (sync/plan/suspend.go). One that is over stays for a while: a wrong clock may have
-- ended it.
CREATE TABLE suspensions (
    source   TEXT    NOT NULL CHECK (source <> ''),
    person   TEXT    NOT NULL CHECK (person <> ''),
    csi      TEXT    NOT NULL,                       -- as they were known when it was said
    dn       TEXT    NOT NULL,
    last_day TEXT    NOT NULL CHECK (last_day <> ''), -- as somebody typed it: it counts as in
    until    INTEGER NOT NULL CHECK (until > 0),      -- the end of that day in time_zone
    reason   TEXT    NOT NULL,
    by       TEXT    NOT NULL CHECK (by <> ''),       -- the user of the operating system
    since    INTEGER NOT NULL CHECK (since > 0),
    over_at  INTEGER NOT NULL DEFAULT 0,              -- first of the unbroken row of passes that found it over
    PRIMARY KEY (source, person)
) STRICT, WITHOUT ROWID;

-- Withdrawals that somebody took back (sync/plan/undo.go), until there is a new credential. One counts
-- while the withdrawn credential is owned.
CREATE TABLE undone_withdrawals (
    credential_id TEXT    NOT NULL PRIMARY KEY CHECK (credential_id <> ''),
    source        TEXT    NOT NULL CHECK (source <> ''),
    person        TEXT    NOT NULL CHECK (person <> ''),
    at            INTEGER NOT NULL CHECK (at > 0),
    by            TEXT    NOT NULL CHECK (by <> '')
) STRICT, WITHOUT ROWID;

-- The audit gets their events.
INSERT INTO audit_events VALUES ('hold-set'), ('hold-ended'), ('hold-resumed'), ('withdrawal-undone'), ('undo-revoked');

-- ---- Held: whom somebody accepted as that

-- People who were held when somebody accepted the baseline, and still are: limits.held counts them no
-- more (sync/plan/held.go). Who is held no longer leaves, so that it is news when it happens again.
CREATE TABLE accepted_held (
    source TEXT NOT NULL CHECK (source <> ''),
    person TEXT NOT NULL CHECK (person <> ''),
    PRIMARY KEY (source, person)
) STRICT, WITHOUT ROWID;
