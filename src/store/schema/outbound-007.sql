-- What DMARC made of mail in other domains' names, by day, until it is reported (RFC 9990).
CREATE TABLE dmarc_domain (
  day           INTEGER NOT NULL,         -- since 1970, UTC
  domain        TEXT NOT NULL,            -- whose record applied
  registrant    TEXT NOT NULL,            -- the registered name that it is part of
  record        TEXT NOT NULL,            -- as it was last seen
  kinds         INTEGER NOT NULL,         -- rows of dmarc_tally
  unlisted      INTEGER NOT NULL,         -- messages beyond those
  PRIMARY KEY (day, domain)
) WITHOUT ROWID;
CREATE INDEX dmarc_domain_registrant ON dmarc_domain(day, registrant);

CREATE TABLE dmarc_tally (
  day           INTEGER NOT NULL,
  domain        TEXT NOT NULL,
  source_ip     TEXT NOT NULL,
  disposition   TEXT NOT NULL,
  dkim          TEXT NOT NULL,
  spf           TEXT NOT NULL,
  reason        TEXT NOT NULL,
  comment       TEXT NOT NULL,
  header_from   TEXT NOT NULL,
  envelope_from TEXT NOT NULL,
  spf_domain    TEXT NOT NULL,
  spf_result    TEXT NOT NULL,
  signatures    TEXT NOT NULL,
  messages      INTEGER NOT NULL,
  PRIMARY KEY (day, domain, source_ip, disposition, dkim, spf, reason, comment, header_from,
               envelope_from, spf_domain, spf_result, signatures)
) WITHOUT ROWID;
