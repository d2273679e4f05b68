-- What owners took out of sight, for good or until they show it again; where they put posts.
CREATE TABLE hidden (                     -- messages that stand in the archive no more, but may again
  id           INTEGER PRIMARY KEY,       -- post.id
  dictionary   INTEGER NOT NULL,          -- as blob's
  bytes        BLOB NOT NULL
);
CREATE TABLE redaction (                  -- what was done to a post, by whom, and why
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  list         INTEGER NOT NULL,
  post         INTEGER NOT NULL,          -- post.id
  number       INTEGER NOT NULL,
  what         TEXT NOT NULL,             -- a row of archive/redact.def
  at           INTEGER NOT NULL,          -- seconds
  actor        TEXT NOT NULL,
  reason       TEXT NOT NULL,
  detail       TEXT NOT NULL,             -- which part, which thread; never what is gone
  clean_at     INTEGER NOT NULL           -- since then no file holds what is gone; 0: one may
);
CREATE INDEX redaction_post ON redaction(post);
CREATE INDEX redaction_unclean ON redaction(id) WHERE clean_at = 0;
CREATE TABLE placed (                     -- stronger than what the post refers to
  post         INTEGER PRIMARY KEY,       -- post.id
  list         INTEGER NOT NULL,
  parent       INTEGER NOT NULL           -- post.id; 0: it starts a thread
);
CREATE INDEX placed_list ON placed(list);
ALTER TABLE dictionary ADD COLUMN retired INTEGER NOT NULL DEFAULT 0; -- 1: packs nothing new, goes when it packs nothing
