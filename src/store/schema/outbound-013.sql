-- Mail that failed DMARC, by hour and way, for the domains that want reports on it (RFC 9991).
CREATE TABLE dmarc_failure (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  hour          INTEGER NOT NULL,         -- since 1970
  domain        TEXT NOT NULL,            -- whose record applied
  registrant    TEXT NOT NULL,            -- the registered name that it is part of
  record        TEXT NOT NULL,
  source_ip     TEXT NOT NULL,
  disposition   TEXT NOT NULL,
  dkim          TEXT NOT NULL,
  spf           TEXT NOT NULL,
  header_from   TEXT NOT NULL,            -- domains
  envelope_from TEXT NOT NULL,
  spf_domain    TEXT NOT NULL,
  spf_result    TEXT NOT NULL,
  signatures    TEXT NOT NULL,
  failed_at     INTEGER NOT NULL,         -- seconds, when the first came
  message_id    TEXT NOT NULL,            -- of that, or ""
  messages      INTEGER NOT NULL,
  reported      INTEGER NOT NULL DEFAULT 0,
  UNIQUE (hour, domain, source_ip, header_from)
);
CREATE INDEX dmarc_failure_waiting ON dmarc_failure(id) WHERE reported = 0;
CREATE INDEX dmarc_failure_registrant ON dmarc_failure(hour, registrant);
