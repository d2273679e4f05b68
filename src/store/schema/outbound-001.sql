-- outbound: what leaves, and the ledger of what became of it. post adds
-- messages and deliveries, send takes deliveries away and writes events.
CREATE TABLE arrival (                    -- every accepted message, for trace
  inbound      INTEGER PRIMARY KEY,       -- its id in the inbound book
  at           INTEGER NOT NULL,          -- milliseconds
  message_id   TEXT NOT NULL,             -- without < >
  reverse_path TEXT NOT NULL,
  author       TEXT NOT NULL,             -- From, address only
  subject      TEXT NOT NULL,
  client       TEXT NOT NULL
);
CREATE INDEX arrival_message_id ON arrival(message_id);
CREATE INDEX arrival_author ON arrival(author COLLATE NOCASE);
CREATE INDEX arrival_at ON arrival(at);

CREATE TABLE message (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  source       TEXT NOT NULL UNIQUE,      -- "17/dev@lists.example": makes fan-out idempotent
  inbound      INTEGER NOT NULL,          -- 0 where we wrote it ourselves
  kind         TEXT NOT NULL,             -- post, notice, forward, submission, dsn
  list         TEXT NOT NULL,             -- dev@lists.example, or ""
  reverse_path TEXT NOT NULL,             -- of copies without a member; "" is the null path
  verp         INTEGER NOT NULL,          -- 1: each copy has its own return path
  message_id   TEXT NOT NULL,             -- without < >
  subject      TEXT NOT NULL,
  created_at   INTEGER NOT NULL,          -- milliseconds
  envid        TEXT NOT NULL,
  ret          TEXT NOT NULL,
  size         INTEGER NOT NULL,          -- octets of the body without personal fields
  split        INTEGER NOT NULL,          -- octet at which personal fields go in (end of the header)
  personal     TEXT NOT NULL,             -- fields with {leave} for the copy's own token; "" for none
  smtputf8     INTEGER NOT NULL,
  eightbit     INTEGER NOT NULL,
  fanned_to    INTEGER NOT NULL,          -- member id up to which deliveries exist
  complete     INTEGER NOT NULL,          -- 1: every delivery has been made
  frozen       INTEGER NOT NULL DEFAULT 0,-- 1: a budget was exceeded or an admin holds it
  kept         INTEGER NOT NULL DEFAULT 1 -- 0: the body was cleaned away
);
CREATE INDEX message_message_id ON message(message_id);
CREATE INDEX message_inbound ON message(inbound);
CREATE INDEX message_unfinished ON message(id) WHERE complete = 0;
CREATE INDEX message_frozen ON message(id) WHERE frozen = 1;
CREATE INDEX message_age ON message(kept, created_at);

CREATE TABLE body (                       -- 64 KB a piece
  message      INTEGER NOT NULL REFERENCES message(id) ON DELETE CASCADE,
  n            INTEGER NOT NULL,
  bytes        BLOB NOT NULL,
  PRIMARY KEY (message, n)
) WITHOUT ROWID;

CREATE TABLE delivery (                   -- one recipient still owed a copy
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  message      INTEGER NOT NULL,
  destination  TEXT NOT NULL,             -- domain, lower case A-labels
  recipient    TEXT NOT NULL,
  member       INTEGER NOT NULL,          -- member id, 0 for none
  notify       TEXT NOT NULL DEFAULT '',
  orcpt        TEXT NOT NULL DEFAULT '',
  attempts     INTEGER NOT NULL DEFAULT 0,
  next_at      INTEGER NOT NULL DEFAULT 0,-- seconds; 0: new, found in order of id
  held         INTEGER NOT NULL DEFAULT 0,-- 1: by an admin, 2: its message is frozen; bits
  warned       INTEGER NOT NULL DEFAULT 0,-- 1: the delay was reported
  last_reply   TEXT NOT NULL DEFAULT ''
);
CREATE INDEX delivery_due ON delivery(next_at) WHERE next_at > 0 AND held = 0;
CREATE INDEX delivery_message ON delivery(message);

CREATE TABLE event (                      -- the ledger: only ever appended to
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  at           INTEGER NOT NULL,          -- milliseconds
  inbound      INTEGER NOT NULL,          -- 0 unknown
  message      INTEGER NOT NULL,          -- outbound message, 0 for none
  recipient    TEXT NOT NULL,
  member       INTEGER NOT NULL DEFAULT 0,
  what         TEXT NOT NULL,             -- accepted, held, rejected, discarded, queued, tried, delivered, refused, expired, kept, …
  detail       TEXT NOT NULL              -- the remote's reply, or the rule and its reason
);
CREATE INDEX event_message ON event(message) WHERE message > 0;
CREATE INDEX event_inbound ON event(inbound) WHERE message = 0;
CREATE INDEX event_kept ON event(id) WHERE what = 'kept';
-- Whose entries stand where: an index by recipient would write a page for nearly
-- every copy of a fan-out; a filter of 1,280 octets for 1,024 entries costs nothing.
CREATE TABLE event_block (
  last         INTEGER PRIMARY KEY,       -- of the entries last-1023 .. last
  filter       BLOB NOT NULL              -- Bloom filter over their recipients
);

CREATE TABLE cursor (                     -- how far a reader of the ledger has come
  name         TEXT PRIMARY KEY,          -- "bounce": refusals turned into scores
  event        INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE budget (                     -- what an account, list or alias has sent of late
  sender       TEXT NOT NULL,
  hour         INTEGER NOT NULL,          -- hours since 1970
  recipients   INTEGER NOT NULL,
  PRIMARY KEY (sender, hour)
) WITHOUT ROWID;
