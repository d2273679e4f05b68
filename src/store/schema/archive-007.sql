-- What the wall made of each message; pictures that may be shown; what is written inside files.
CREATE TABLE verdict (                    -- of posts that an engine of the wall was asked about
  post         INTEGER PRIMARY KEY,       -- post.id
  result       TEXT NOT NULL,             -- "clean", "infected", "suspicious", "not scanned"
  engine       TEXT NOT NULL,             -- "ClamAV 1.4.6/27743": its program and database
  signature    TEXT NOT NULL,             -- what it found; "": nothing
  at           INTEGER NOT NULL           -- seconds: when it looked
);
ALTER TABLE attachment ADD COLUMN width INTEGER NOT NULL DEFAULT 0; -- pixels, of a picture that may be shown
ALTER TABLE attachment ADD COLUMN height INTEGER NOT NULL DEFAULT 0;

CREATE TABLE inside (                     -- the text of a post's files, as the index was given it
  post         INTEGER PRIMARY KEY,       -- post.id
  bytes        BLOB NOT NULL              -- zstd
);
CREATE TABLE unread (                     -- posts whose files are still to be looked into
  post         INTEGER PRIMARY KEY,       -- post.id
  tries        INTEGER NOT NULL,          -- begun so often, and never finished
  waits        INTEGER NOT NULL           -- 1: for a program that is not installed
);
INSERT INTO unread (post, tries, waits) SELECT id, 0, 0 FROM post WHERE attachments > 0 AND NOT flags & 64;
