-- inbound: accepted, not yet dealt with. smtpd adds, post takes away.
CREATE TABLE message (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  received_at  INTEGER NOT NULL,          -- milliseconds
  reverse_path TEXT NOT NULL,             -- "" is the null path
  client       TEXT NOT NULL,             -- address of the peer; "local" by the local door
  helo         TEXT NOT NULL,
  protocol     TEXT NOT NULL,             -- ESMTPSA and kin (RFC 3848)
  account      INTEGER,                   -- person who signed in (AUTH), or NULL
  trust        TEXT NOT NULL,             -- authentication results, JSON
  envid        TEXT NOT NULL,             -- RFC 3461 ENVID, xtext undone
  ret          TEXT NOT NULL,             -- FULL, HDRS or ""
  size         INTEGER NOT NULL,
  body         BLOB,                      -- the whole message; NULL: in FILE
  file         TEXT                       -- beside the book, for large messages
);
CREATE INDEX message_file ON message(file) WHERE file IS NOT NULL;

CREATE TABLE recipient (
  message      INTEGER NOT NULL REFERENCES message(id) ON DELETE CASCADE,
  n            INTEGER NOT NULL,          -- order of RCPT
  address      TEXT NOT NULL,             -- as accepted
  notify       TEXT NOT NULL,             -- RFC 3461 NOTIFY
  orcpt        TEXT NOT NULL,
  PRIMARY KEY (message, n)
) WITHOUT ROWID;
