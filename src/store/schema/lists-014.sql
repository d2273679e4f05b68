-- Templates that a program has set by URI, under Mailman 3's names: where each came from.
CREATE TABLE template_uri (
  name         TEXT NOT NULL,             -- list:user:notice:welcome
  list         INTEGER NOT NULL,          -- 0: of a domain or of the site
  domain       INTEGER NOT NULL,          -- 0: of a list or of the site
  uri          TEXT NOT NULL,
  username     TEXT NOT NULL,             -- its password is not kept
  text_hash    BLOB NOT NULL,             -- SHA-256 of what it became
  PRIMARY KEY (name, list, domain)
) WITHOUT ROWID;
