-- Reports on TLS that are posted by HTTPS, noted before they leave, so that none is posted
-- twice. What was not taken is crossed out again.
CREATE TABLE tls_posted (
  day           INTEGER NOT NULL,         -- since 1970, UTC: the report's
  domain        TEXT NOT NULL,            -- and whom it is about
  uri           TEXT NOT NULL,            -- where it goes, as the domain's record has it
  PRIMARY KEY (day, domain, uri)
) WITHOUT ROWID;
