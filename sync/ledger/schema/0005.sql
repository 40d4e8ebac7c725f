-- Ledger, version 5.

-- ---- Departures: who they are, and how often they left

-- ---- Views: who read, and from where

-- ---- Reads: the rows that a gap breaks

-- ---- Effects: seen twice

-- ---- Bases: who was managed

-- ---- The service: what it taught us

-- ---- Waits: since when somebody is asked
