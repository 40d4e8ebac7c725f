-- Ledger, version 10.

-- Whose word took the credential of a departure: '' the directory's own, 'order' (the command withdraw), 'hand' (in
-- the cockpit), 'accepted' (so, with many others, and somebody accepted that). While it stands, whoever is seen as
-- entitled again gets nothing back by that (sync/plan/putout.go).
ALTER TABLE sagas ADD COLUMN word TEXT NOT NULL DEFAULT '' CHECK (word IN ('', 'order', 'hand', 'accepted'));

-- Departures of before that an order had begun, or had come before.
UPDATE sagas SET word = 'order' WHERE ordered = 0 AND withdrawn_at > 0
    AND (source, person) NOT IN (SELECT source, person FROM ownership)
    AND id IN (SELECT max(id) FROM sagas WHERE ordered = 0 GROUP BY source, person)
    AND (source, person, credential_id) IN (SELECT source, person, credential_id FROM sagas WHERE ordered = 1);

-- After somebody's yes: the first of those whose departure goes without one since, and how many they are.
ALTER TABLE asked_after ADD COLUMN freed TEXT NOT NULL DEFAULT '[]' CHECK (json_type(freed) = 'array');
ALTER TABLE asked_after ADD COLUMN freed_people INTEGER NOT NULL DEFAULT 0;
