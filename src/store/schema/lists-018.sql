-- Ways to sign in beside the password. What a person's app computes codes from (RFC 6238):
CREATE TABLE totp (
  person       INTEGER PRIMARY KEY REFERENCES person(id) ON DELETE CASCADE,
  secret       BLOB NOT NULL,             -- sealed under mac.key
  made_at      INTEGER NOT NULL,
  confirmed_at INTEGER NOT NULL DEFAULT 0,-- 0: no code was shown yet, and none is asked for
  last_step    INTEGER NOT NULL DEFAULT 0,-- of the last code that was used: none of before is good
  links        INTEGER NOT NULL DEFAULT 0 -- 1: a mailed link asks for a code, too
);
CREATE TABLE recovery (                   -- codes for who has lost the app; each is good once
  hash         BLOB PRIMARY KEY,          -- SHA-256
  person       INTEGER NOT NULL REFERENCES person(id) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX recovery_person ON recovery(person);
CREATE TABLE passkey (                    -- WebAuthn level 2
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  person       INTEGER NOT NULL REFERENCES person(id) ON DELETE CASCADE,
  credential   BLOB NOT NULL UNIQUE,      -- what its authenticator calls it
  public_key   BLOB NOT NULL,             -- COSE_Key (RFC 9052 section 7)
  handle       BLOB NOT NULL,             -- what the authenticator calls the person
  name         TEXT NOT NULL,             -- "my phone"
  counter      INTEGER NOT NULL,          -- of signatures; 0: it does not count
  created_at   INTEGER NOT NULL,
  used_at      INTEGER NOT NULL DEFAULT 0 -- 0: never
);
CREATE INDEX passkey_person ON passkey(person);
