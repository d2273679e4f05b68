-- What DMARC made of mail, for reports to the domains that want them (RFC 9990). smtpd
-- adds, post takes away.
CREATE TABLE dmarc_seen (
  id            INTEGER PRIMARY KEY AUTOINCREMENT, -- post's cursor
  day           INTEGER NOT NULL,         -- since 1970, UTC
  domain        TEXT NOT NULL,            -- whose record applied, lower case A-labels
  registrant    TEXT NOT NULL,            -- the registered name that it is part of
  record        TEXT NOT NULL,            -- the record, as DNS has it
  source_ip     TEXT NOT NULL,
  disposition   TEXT NOT NULL,            -- pass, none, quarantine, reject
  dkim          TEXT NOT NULL,            -- aligned: pass or fail
  spf           TEXT NOT NULL,
  reason        TEXT NOT NULL,            -- why it is not what the policy asks; or ""
  comment       TEXT NOT NULL,
  header_from   TEXT NOT NULL,            -- domains
  envelope_from TEXT NOT NULL,            -- "" is the null path
  spf_domain    TEXT NOT NULL,
  spf_result    TEXT NOT NULL,
  signatures    TEXT NOT NULL,            -- "RESULT DOMAIN SELECTOR", a line each
  messages      INTEGER NOT NULL
);
