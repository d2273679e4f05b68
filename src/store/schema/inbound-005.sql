-- Of a message that failed DMARC, for a report of its own (RFC 9991).
ALTER TABLE dmarc_seen ADD COLUMN failed_at INTEGER NOT NULL DEFAULT 0; -- seconds, when the first came; 0: for the daily report
ALTER TABLE dmarc_seen ADD COLUMN message_id TEXT NOT NULL DEFAULT '';  -- of the first, without < >; or ""
