-- Ledger, version 4.

-- Groups that protect: whether one had the person while they were entitled, or has since. It must
-- outlive the membership (plan.Observation.Protected).
ALTER TABLE observations ADD COLUMN protected INTEGER NOT NULL DEFAULT 0 CHECK (protected IN (0, 1));
