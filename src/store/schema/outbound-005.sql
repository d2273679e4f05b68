-- Other domains' MTA-STS policies (RFC 8461), as they were last fetched.
CREATE TABLE sts_policy (
  domain       TEXT PRIMARY KEY,          -- lower case A-labels
  id           TEXT NOT NULL,             -- of the record under _mta-sts at that time
  policy       TEXT NOT NULL,             -- the file, word for word
  fetched_at   INTEGER NOT NULL,          -- seconds
  until        INTEGER NOT NULL           -- seconds: fetched_at + max_age
) WITHOUT ROWID;

-- How TLS went, by day and domain, until it is reported (RFC 8460).
CREATE TABLE tls_tally (
  day          INTEGER NOT NULL,          -- since 1970, UTC
  domain       TEXT NOT NULL,
  type         TEXT NOT NULL,             -- of policy: sts, tlsa, no-policy-found
  policy       TEXT NOT NULL,             -- tlsa: the records, a line each
  result       TEXT NOT NULL,             -- "" for a success
  mx           TEXT NOT NULL,             -- this and the next three: "" for a success
  from_ip      TEXT NOT NULL,
  to_ip        TEXT NOT NULL,
  reason       TEXT NOT NULL,
  sessions     INTEGER NOT NULL,
  PRIMARY KEY (day, domain, type, policy, result, mx, from_ip, to_ip, reason)
) WITHOUT ROWID;
