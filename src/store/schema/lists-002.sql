-- What came back from whom, and where a membership whose mail comes back stands.
ALTER TABLE member ADD COLUMN bounce_today REAL NOT NULL DEFAULT 0; -- counted on the day of bounce_at
ALTER TABLE member ADD COLUMN doubt_at INTEGER NOT NULL DEFAULT 0;  -- first of the refusals that may mean anything
ALTER TABLE member ADD COLUMN probe_at INTEGER NOT NULL DEFAULT 0;  -- a probe is out since
ALTER TABLE member ADD COLUMN off_at INTEGER NOT NULL DEFAULT 0;    -- when bounces turned delivery off
ALTER TABLE member ADD COLUMN warnings INTEGER NOT NULL DEFAULT 0;  -- sent since
ALTER TABLE member ADD COLUMN warned_at INTEGER NOT NULL DEFAULT 0;
CREATE INDEX member_bounces ON member(id) WHERE bounce_score > 0 OR doubt_at > 0 OR probe_at > 0 OR off_at > 0;

CREATE TABLE bounce (                     -- a failure or complaint, for the health page
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  list         INTEGER NOT NULL REFERENCES list(id) ON DELETE CASCADE,
  member       INTEGER NOT NULL,          -- may be gone
  address      TEXT NOT NULL,
  at           INTEGER NOT NULL,          -- seconds
  class        TEXT NOT NULL,             -- mailbox, …, complaint
  status       TEXT NOT NULL,             -- "5.1.1", or ""
  author_domain TEXT NOT NULL,            -- of the post's author; "" where not known
  text         TEXT NOT NULL,             -- the remote's words
  act          TEXT NOT NULL,             -- what followed: count, probe, off, or ""
  score        REAL NOT NULL,             -- after it
  event        INTEGER NOT NULL UNIQUE    -- the ledger's entry: each counts once
);
CREATE INDEX bounce_list ON bounce(list, at);
