-- Networks that have passed the greylist (RFC 6647), so that a restart knows them. smtpd
-- writes and reads; nobody else has a use for it.
CREATE TABLE known_network (
  network       TEXT PRIMARY KEY,         -- of /24 or /64, its first address
  passed_at     INTEGER NOT NULL          -- seconds; the last time, to a day
) WITHOUT ROWID;
CREATE INDEX known_network_passed ON known_network(passed_at);
