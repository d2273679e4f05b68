-- Accounts elsewhere by which people sign in: OpenID Connect. Whose one is says the
-- provider's own name of it for good; the address is what it named at the first time.
CREATE TABLE identity (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  person   INTEGER NOT NULL REFERENCES person(id) ON DELETE CASCADE,
  issuer   TEXT NOT NULL,             -- as [oidc] writes it
  subject  TEXT NOT NULL,
  address  TEXT NOT NULL,             -- or ""
  made_at  INTEGER NOT NULL,          -- seconds
  used_at  INTEGER NOT NULL,
  UNIQUE (issuer, subject),
  UNIQUE (person, issuer)
);
