-- What waits in the greylist, so that a restart does not make it wait from the beginning. No
-- address is written: a hash of network, sender and domain. smtpd writes and reads.
CREATE TABLE greylist_try (
  hash          TEXT PRIMARY KEY,
  tried_at      INTEGER NOT NULL          -- seconds; the first time
) WITHOUT ROWID;
CREATE INDEX greylist_try_at ON greylist_try(tried_at);
