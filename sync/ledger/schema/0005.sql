-- Ledger, version 5.

-- ---- Departures: who they are, and how often they left

-- The number of the departure that may come next, so that a yes to one is none to the next; whether the
-- same person stood under another ID at the last pass; whether another account with the csi was
-- entitled beside this one, which has no credential (sync/plan/same.go, newcomer.go).
ALTER TABLE observations ADD COLUMN departures INTEGER NOT NULL DEFAULT 0 CHECK (departures >= 0);
ALTER TABLE observations ADD COLUMN contested  INTEGER NOT NULL DEFAULT 0 CHECK (contested IN (0, 1));
ALTER TABLE observations ADD COLUMN second     INTEGER NOT NULL DEFAULT 0 CHECK (second IN (0, 1));

-- The th_firstname as we wrote it, and when the person was seen last as entitled: by these another
-- account with the csi is the same person, or is not.
ALTER TABLE ownership ADD COLUMN first_name TEXT    NOT NULL DEFAULT '';
ALTER TABLE sagas     ADD COLUMN first_name TEXT    NOT NULL DEFAULT '';
ALTER TABLE sagas     ADD COLUMN last_seen  INTEGER NOT NULL DEFAULT 0;

-- Since when a Threema ID is seen on a credential, 0: longer than was recorded; and on whose it was
-- before (sync/plan/links.go).
ALTER TABLE users_seen ADD COLUMN since INTEGER NOT NULL DEFAULT 0;
CREATE TABLE former_links (
    threema_id TEXT    NOT NULL CHECK (threema_id <> ''),
    source     TEXT    NOT NULL CHECK (source <> ''),
    person     TEXT    NOT NULL CHECK (person <> ''),
    until      INTEGER NOT NULL,
    PRIMARY KEY (threema_id, source, person)
) STRICT, WITHOUT ROWID;

-- The csis that people had before (sync/plan/csis.go).
CREATE TABLE former_csis (
    source TEXT NOT NULL CHECK (source <> ''),
    person TEXT NOT NULL CHECK (person <> ''),
    csi    TEXT NOT NULL CHECK (csi <> ''),
    PRIMARY KEY (source, person, csi)
) STRICT, WITHOUT ROWID;

-- ---- Views: who read, and from where

-- The bind account of the last proved view of a source: the immutable ID of its entry, and what the
-- directory calls it. '': none was recorded yet, and the first read that is says no change.
ALTER TABLE sources ADD COLUMN reader_id   TEXT NOT NULL DEFAULT '';
ALTER TABLE sources ADD COLUMN reader_name TEXT NOT NULL DEFAULT '';

-- A server of which nothing but the address is known has no standard port in its name any more.
UPDATE OR IGNORE servers SET server = substr(server, 1, length(server) - 4) WHERE server LIKE '%:636' OR server LIKE '%:389';
UPDATE sources SET server = substr(server, 1, length(server) - 4) WHERE server LIKE '%:636' OR server LIKE '%:389';

-- Whether the copy of the directory was part of a proved view. All that were read so far count so.
ALTER TABLE servers ADD COLUMN proved INTEGER NOT NULL DEFAULT 1 CHECK (proved IN (0, 1));

-- Who was missed first through a view that is not proved.
ALTER TABLE observations ADD COLUMN unproved INTEGER NOT NULL DEFAULT 0 CHECK (unproved IN (0, 1));

-- ---- Reads: the rows that a gap breaks (sync/plan/reads.go)

-- The complete reads of each source, a row a day: of the last 30 days, and the last one before.
CREATE TABLE reads (
    source  TEXT    NOT NULL CHECK (source <> ''),
    day     INTEGER NOT NULL,                       -- its beginning
    last    INTEGER NOT NULL,                       -- the last read of the day
    longest INTEGER NOT NULL CHECK (longest >= 0),  -- milliseconds: the longest gap that a read of the day ended
    PRIMARY KEY (source, day)
) STRICT, WITHOUT ROWID;

-- The last complete read before this was recorded is that of its server.
INSERT INTO reads (source, day, last, longest)
    SELECT source, max(last_read) / 86400000 * 86400000, max(last_read), 0 FROM servers GROUP BY source;

-- The latest read of the row of a departure, as long as it is not confirmed (0: not recorded), and how
-- often the row began afresh because of a gap.
ALTER TABLE observations ADD COLUMN last_read INTEGER NOT NULL DEFAULT 0;
ALTER TABLE observations ADD COLUMN restarts INTEGER NOT NULL DEFAULT 0 CHECK (restarts >= 0);

-- ---- Effects: seen twice

-- What the last list of the package lacked, of all that matters, and since when in an unbroken row
-- (sync/plan/unlisted.go).
CREATE TABLE unlisted (
    kind     TEXT    NOT NULL CHECK (kind IN ('credential', 'user', 'contact', 'list')),
    id       TEXT    NOT NULL CHECK (id <> ''),
    since    INTEGER NOT NULL CHECK (since > 0),
    accepted INTEGER NOT NULL DEFAULT 0 CHECK (accepted IN (0, 1)), -- an empty list that somebody accepted
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

-- A credential that is missing together with too many others: somebody has to say that it is so, or did.
ALTER TABLE ownership ADD COLUMN loss TEXT NOT NULL DEFAULT '' CHECK (loss IN ('', 'open', 'accepted'));

-- An ID that nobody took was proven to be gone: should it be back, the departure begins again.
ALTER TABLE saga_ids ADD COLUMN vanished_at INTEGER NOT NULL DEFAULT 0;
CREATE INDEX saga_ids_vanished ON saga_ids (saga) WHERE vanished_at > 0 AND gone_at = 0;
INSERT INTO audit_events VALUES ('saga-reopened');

-- ---- Bases: who was managed

-- Those of before counted everybody whom a pass had seen, also who only waited to join: with them, a
-- limit grew by what it had blocked. None is left, so the windows begin with who is managed now.
DROP TABLE bases;
CREATE TABLE bases (
    source  TEXT    NOT NULL,
    at      INTEGER NOT NULL,
    managed INTEGER NOT NULL CHECK (managed >= 0),  -- people with a credential of ours
    leaving INTEGER NOT NULL CHECK (leaving >= 0),  -- whose credential was withdrawn and whose departure is not settled
    PRIMARY KEY (source, at)
) STRICT, WITHOUT ROWID;

-- When the person came to have a credential of ours; 0: before this was recorded.
ALTER TABLE ownership ADD COLUMN since INTEGER NOT NULL DEFAULT 0;

-- ---- The service: what it taught us

-- How large a page the service gives of a list, where it refused a larger one (service.go).
CREATE TABLE page_sizes (
    list       TEXT    NOT NULL PRIMARY KEY CHECK (list <> ''),
    size       INTEGER NOT NULL CHECK (size > 0),
    learned_at INTEGER NOT NULL CHECK (learned_at > 0)
) STRICT, WITHOUT ROWID;

-- What a bulk write does with the settings of a credential that it does not name.
ALTER TABLE ledger ADD COLUMN bulk_reading TEXT NOT NULL DEFAULT '' CHECK (bulk_reading IN ('', 'merges', 'replaces'));

-- The write that shows it, at most one: begun before its request, gone when what it took away is
-- back. wanted is what it writes, kept what must be there afterwards.
CREATE TABLE bulk_trial (
    one           INTEGER PRIMARY KEY CHECK (one = 1),
    credential_id TEXT    NOT NULL CHECK (credential_id <> ''),
    username      TEXT    NOT NULL,
    wanted        TEXT    NOT NULL CHECK (json_type(wanted) = 'array'),
    kept          TEXT    NOT NULL CHECK (json_type(kept) = 'array'),
    begun_at      INTEGER NOT NULL CHECK (begun_at > 0)
) STRICT;

-- ---- Waits: since when somebody is asked

-- What the last pass waited for (sync/plan/waits.go). No person stands here.
CREATE TABLE waits (
    code    TEXT    NOT NULL PRIMARY KEY CHECK (code <> ''),
    since   INTEGER NOT NULL CHECK (since > 0),      -- the first pass of the unbroken row that waited for it
    seen    INTEGER NOT NULL CHECK (seen >= since),  -- the last one
    people  INTEGER NOT NULL CHECK (people >= 0),
    command TEXT    NOT NULL                         -- what ends it, as the last pass told
) STRICT, WITHOUT ROWID;

-- ---- Creates: what an open one was answered, and what it sent

-- The service answered with a refusal: a credential of this username may be somebody else's.
ALTER TABLE journal ADD COLUMN refused INTEGER NOT NULL DEFAULT 0 CHECK (refused IN (0, 1));

-- The settings that may have been written to a new credential, each value of every attempt, and those
-- of somebody else that were accepted ('': any value). They go when the row is closed: until then what
-- is not here was written by somebody else.
CREATE TABLE sent_settings (
    operation INTEGER NOT NULL REFERENCES journal (id),
    name      TEXT    NOT NULL CHECK (name <> ''),
    value     TEXT    NOT NULL,
    PRIMARY KEY (operation, name, value)
) STRICT, WITHOUT ROWID;

-- ---- Sources: given up, or called otherwise

-- Sources that somebody gave up, until they are configured again (sync/plan/forgotten.go).
CREATE TABLE forgotten_sources (
    source TEXT    NOT NULL PRIMARY KEY CHECK (source <> ''),
    at     INTEGER NOT NULL CHECK (at > 0),
    by     TEXT    NOT NULL CHECK (by <> '')  -- the user of the operating system
) STRICT, WITHOUT ROWID;

-- What sources were called before. The audit keeps the old names, and the tombstones are made of them.
CREATE TABLE former_names (
    was    TEXT NOT NULL PRIMARY KEY CHECK (was <> source),
    source TEXT NOT NULL CHECK (source <> '')
) STRICT, WITHOUT ROWID;

-- The audit gets their events.
INSERT INTO audit_events VALUES ('source-forgotten'), ('source-renamed');
