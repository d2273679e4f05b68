-- lists: who is who, what a list is, and what waits for a person.
CREATE TABLE domain (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  name         TEXT NOT NULL UNIQUE
);
CREATE TABLE list (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  domain       INTEGER NOT NULL REFERENCES domain(id),
  name         TEXT NOT NULL,             -- local part, lower case, at most 32 octets
  created_at   INTEGER NOT NULL,          -- seconds
  UNIQUE (domain, name)
);
CREATE TABLE setting (                    -- only what differs from settings.def's default
  list         INTEGER NOT NULL REFERENCES list(id) ON DELETE CASCADE,
  key          TEXT NOT NULL,
  value        TEXT NOT NULL,
  PRIMARY KEY (list, key)
) WITHOUT ROWID;

CREATE TABLE person (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  name         TEXT NOT NULL,
  language     TEXT NOT NULL DEFAULT '',
  password     TEXT NOT NULL DEFAULT '',  -- argon2id string, or ""
  scram_salt   BLOB NOT NULL,             -- 16 octets; one for all tokens of the person
  admin        INTEGER NOT NULL DEFAULT 0,-- 1: of the whole site
  may_send     INTEGER NOT NULL DEFAULT 0,-- 1: mail to other sites
  send_budget  INTEGER NOT NULL DEFAULT 500, -- recipients a day
  created_at   INTEGER NOT NULL
);
CREATE TABLE address (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  person       INTEGER NOT NULL REFERENCES person(id) ON DELETE CASCADE,
  key          TEXT NOT NULL UNIQUE,      -- address_key()
  text         TEXT NOT NULL,             -- as its owner writes it
  verified_at  INTEGER NOT NULL DEFAULT 0 -- 0: not shown to be theirs yet
);
CREATE INDEX address_person ON address(person);
CREATE TABLE member (
  id           INTEGER PRIMARY KEY AUTOINCREMENT, -- in return paths
  list         INTEGER NOT NULL REFERENCES list(id) ON DELETE CASCADE,
  address      INTEGER NOT NULL REFERENCES address(id) ON DELETE CASCADE,
  joined_at    INTEGER NOT NULL,
  delivery     TEXT NOT NULL DEFAULT 'regular', -- regular, off
  off_by       TEXT NOT NULL DEFAULT '',  -- user, moderator, bounces
  action       TEXT NOT NULL DEFAULT '',  -- accept, hold, reject, discard; "" as the list says
  own_posts    INTEGER NOT NULL DEFAULT 1,
  copies       INTEGER NOT NULL DEFAULT 1,-- 0: no copy when already in To or Cc
  acknowledge  INTEGER NOT NULL DEFAULT 0,
  hidden       INTEGER NOT NULL DEFAULT 0,-- not in the roster members see
  bounce_score REAL NOT NULL DEFAULT 0,
  bounce_at    INTEGER NOT NULL DEFAULT 0,-- seconds, of the last one counted
  bounce_text  TEXT NOT NULL DEFAULT '',
  UNIQUE (list, address)
);
CREATE INDEX member_address ON member(address);
CREATE INDEX member_list ON member(list);                             -- in order of id
CREATE INDEX member_fanout ON member(list) WHERE delivery = 'regular';-- likewise
CREATE TABLE role (
  list         INTEGER NOT NULL REFERENCES list(id) ON DELETE CASCADE,
  address      INTEGER NOT NULL REFERENCES address(id) ON DELETE CASCADE,
  role         TEXT NOT NULL,             -- owner, moderator
  PRIMARY KEY (list, address, role)
) WITHOUT ROWID;
CREATE INDEX role_address ON role(address);

CREATE TABLE pending (                    -- a token that somebody was sent
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  token        BLOB NOT NULL UNIQUE,      -- SHA-256 of it; the token itself is nowhere
  kind         TEXT NOT NULL,             -- join, leave, sign-in, verify, invite, hold
  list         INTEGER NOT NULL DEFAULT 0,-- 0: none
  address      TEXT NOT NULL,             -- whose it is
  data         TEXT NOT NULL,             -- JSON
  created_at   INTEGER NOT NULL,
  expires_at   INTEGER NOT NULL
);
CREATE INDEX pending_address ON pending(kind, list, address);
CREATE INDEX pending_expires ON pending(expires_at);
CREATE TABLE held (                       -- a post that waits for a moderator
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  list         INTEGER NOT NULL REFERENCES list(id) ON DELETE CASCADE,
  source       TEXT NOT NULL UNIQUE,      -- "17/dev@lists.example"
  held_at      INTEGER NOT NULL,          -- seconds
  reverse_path TEXT NOT NULL,
  account      INTEGER,
  author       TEXT NOT NULL,             -- From, address only
  author_name  TEXT NOT NULL,
  subject      TEXT NOT NULL,
  message_id   TEXT NOT NULL,
  rule         TEXT NOT NULL,             -- which rule held it
  reason       TEXT NOT NULL,             -- in words
  trust        TEXT NOT NULL,             -- JSON
  size         INTEGER NOT NULL,
  body         BLOB,                      -- the message as it came; NULL once handled
  verdict      TEXT NOT NULL DEFAULT '',  -- accepted, rejected, discarded, expired; "" waits
  handled_by   TEXT NOT NULL DEFAULT '',
  handled_at   INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX held_waiting ON held(list) WHERE verdict = '';
CREATE INDEX held_list ON held(list);
CREATE TABLE request (                    -- a person who waits for a moderator to be let in
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  list         INTEGER NOT NULL REFERENCES list(id) ON DELETE CASCADE,
  address      TEXT NOT NULL,
  name         TEXT NOT NULL,
  asked_at     INTEGER NOT NULL,
  UNIQUE (list, address)
);
CREATE TABLE seen (                       -- posts accepted of late, to know a duplicate
  list         INTEGER NOT NULL,
  message_id   TEXT NOT NULL,
  author       TEXT NOT NULL,
  body_hash    BLOB NOT NULL,
  source       TEXT NOT NULL,             -- the arrival that it was first
  at           INTEGER NOT NULL,          -- seconds
  PRIMARY KEY (list, message_id)
) WITHOUT ROWID;
CREATE INDEX seen_at ON seen(at);
CREATE TABLE answered (                   -- RFC 3834: whom an automatic mail answered, when
  address      TEXT NOT NULL,
  day          INTEGER NOT NULL,          -- days since 1970
  times        INTEGER NOT NULL,
  PRIMARY KEY (address, day)
) WITHOUT ROWID;

CREATE TABLE alias (                      -- an address beside the lists, forwarded
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  address      TEXT NOT NULL UNIQUE,      -- bugs@lists.example, as a key
  created_at   INTEGER NOT NULL
);
CREATE TABLE alias_target (
  alias        INTEGER NOT NULL REFERENCES alias(id) ON DELETE CASCADE,
  target       TEXT NOT NULL,
  PRIMARY KEY (alias, target)
) WITHOUT ROWID;
CREATE TABLE ban (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  list         INTEGER NOT NULL,          -- 0: the whole site
  pattern      TEXT NOT NULL,             -- address, @domain, or ^pattern
  reason       TEXT NOT NULL,
  created_at   INTEGER NOT NULL,
  UNIQUE (list, pattern)
);
CREATE TABLE header_rule (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  list         INTEGER NOT NULL REFERENCES list(id) ON DELETE CASCADE,
  header       TEXT NOT NULL,
  pattern      TEXT NOT NULL,
  action       TEXT NOT NULL,             -- hold, reject, discard, accept
  UNIQUE (list, header, pattern)
);
CREATE TABLE template (
  list         INTEGER NOT NULL,          -- 0: the whole site
  name         TEXT NOT NULL,
  language     TEXT NOT NULL,
  text         TEXT NOT NULL,
  PRIMARY KEY (list, name, language)
) WITHOUT ROWID;

CREATE TABLE session (                    -- a browser that is signed in
  token        BLOB PRIMARY KEY,          -- SHA-256 of the cookie
  person       INTEGER NOT NULL REFERENCES person(id) ON DELETE CASCADE,
  created_at   INTEGER NOT NULL,
  seen_at      INTEGER NOT NULL,
  expires_at   INTEGER NOT NULL,
  client       TEXT NOT NULL,
  agent        TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX session_person ON session(person);
CREATE INDEX session_expires ON session(expires_at);
CREATE TABLE token (                      -- an application's password
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  person       INTEGER NOT NULL REFERENCES person(id) ON DELETE CASCADE,
  name         TEXT NOT NULL,             -- "my laptop"
  hash         BLOB NOT NULL UNIQUE,      -- SHA-256, for Bearer, PLAIN and LOGIN
  stored_key   BLOB NOT NULL,             -- RFC 5802, SHA-256, 4096 rounds
  server_key   BLOB NOT NULL,
  created_at   INTEGER NOT NULL,
  used_at      INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX token_person ON token(person);

CREATE TABLE "order" (                    -- what a page asks post or send to do
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  kind         TEXT NOT NULL,             -- a row of lists/orders.def
  args         TEXT NOT NULL,             -- JSON
  person       INTEGER NOT NULL,          -- who asks; 0: a guest
  client       TEXT NOT NULL,             -- from where
  created_at   INTEGER NOT NULL,
  state        TEXT NOT NULL DEFAULT '',  -- "" waits; done, refused, failed
  result       TEXT NOT NULL DEFAULT ''   -- JSON; for refused and failed the reason in words
);
CREATE INDEX order_waiting ON "order"(id) WHERE state = '';
CREATE TABLE audit (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  at           INTEGER NOT NULL,
  person       INTEGER NOT NULL,          -- 0: the program, a command or a guest
  actor        TEXT NOT NULL,             -- in words: an address, "command", "expiry"
  list         INTEGER NOT NULL,          -- 0: none
  what         TEXT NOT NULL,
  detail       TEXT NOT NULL
);
CREATE INDEX audit_list ON audit(list);

-- One number that grows with every change of what an address means, so that a
-- snapshot of the addresses knows when it is old. Posts and sessions do not touch it.
CREATE TABLE revision (
  n            INTEGER NOT NULL
);
INSERT INTO revision VALUES (1);
CREATE TRIGGER revision_domain AFTER INSERT ON domain BEGIN UPDATE revision SET n = n + 1; END;
CREATE TRIGGER revision_list_new AFTER INSERT ON list BEGIN UPDATE revision SET n = n + 1; END;
CREATE TRIGGER revision_list AFTER UPDATE ON list BEGIN UPDATE revision SET n = n + 1; END;
CREATE TRIGGER revision_list_gone AFTER DELETE ON list BEGIN UPDATE revision SET n = n + 1; END;
CREATE TRIGGER revision_setting_new AFTER INSERT ON setting BEGIN UPDATE revision SET n = n + 1; END;
CREATE TRIGGER revision_setting AFTER UPDATE ON setting BEGIN UPDATE revision SET n = n + 1; END;
CREATE TRIGGER revision_setting_gone AFTER DELETE ON setting BEGIN UPDATE revision SET n = n + 1; END;
CREATE TRIGGER revision_alias_new AFTER INSERT ON alias_target BEGIN UPDATE revision SET n = n + 1; END;
CREATE TRIGGER revision_alias_gone AFTER DELETE ON alias_target BEGIN UPDATE revision SET n = n + 1; END;
