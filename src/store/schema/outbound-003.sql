-- What a failure says of whom: the ledger's entries that bounce scores are made of, and
-- reports that came by mail, each noted once.
ALTER TABLE event ADD COLUMN class TEXT NOT NULL DEFAULT '';  -- mailbox, full, policy, …; "" for no failure
ALTER TABLE event ADD COLUMN status TEXT NOT NULL DEFAULT ''; -- "5.1.1", or ""
ALTER TABLE event ADD COLUMN report INTEGER NOT NULL DEFAULT 0; -- the arrival that reported it; 0 none did
CREATE INDEX event_class ON event(id) WHERE class <> '';
CREATE INDEX event_report ON event(report) WHERE report > 0;
