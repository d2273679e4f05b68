-- What others report of mail in our domains' names and of TLS to our servers (RFC 9990, RFC 8460).
CREATE TABLE report (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  kind         TEXT NOT NULL,             -- dmarc, tls
  domain       TEXT NOT NULL,             -- ours, whom it is about
  reporter     TEXT NOT NULL,             -- the domain that proved to have sent it
  name         TEXT NOT NULL,             -- what it calls itself
  report       TEXT NOT NULL,             -- its own id for it
  begins       INTEGER NOT NULL,          -- seconds: the time it is about
  ends         INTEGER NOT NULL,
  came_at      INTEGER NOT NULL,          -- seconds
  passed       INTEGER NOT NULL,          -- messages, or sessions
  failed       INTEGER NOT NULL,
  UNIQUE (kind, reporter, domain, report)
);
CREATE INDEX report_came ON report(came_at);

-- What failed, the most frequent ones.
CREATE TABLE report_failure (
  report       INTEGER NOT NULL,
  source       TEXT NOT NULL,             -- dmarc: the address it came from; tls: our server
  result       TEXT NOT NULL,             -- a word of web/pages/reported.def
  count        INTEGER NOT NULL,
  PRIMARY KEY (report, source, result)
) WITHOUT ROWID;
