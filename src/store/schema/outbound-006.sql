-- How many copies were made of a message: the ledger's entry "queued" says so.
ALTER TABLE message ADD COLUMN copies INTEGER NOT NULL DEFAULT 0;
