-- What people keep for themselves of archives: threads with a star or tags, threads whose posts they
-- get by mail, how far they have read; and by which clock they are shown times. A number is that of a
-- post: what is said of it holds for the thread in which it stands, wherever owners put it.
CREATE TABLE mark (                       -- nobody else is ever shown them
  person       INTEGER NOT NULL REFERENCES person(id) ON DELETE CASCADE,
  list         INTEGER NOT NULL REFERENCES list(id) ON DELETE CASCADE,
  number       INTEGER NOT NULL,          -- of the post at which the thread began then
  word         TEXT NOT NULL,             -- a tag; "" the star
  made_at      INTEGER NOT NULL,          -- seconds
  PRIMARY KEY (person, list, number, word)
) WITHOUT ROWID;
CREATE INDEX mark_list ON mark(list);

CREATE TABLE follow (
  id           INTEGER PRIMARY KEY AUTOINCREMENT, -- in links and return paths, and a fan-out's cursor
  person       INTEGER NOT NULL REFERENCES person(id) ON DELETE CASCADE,
  list         INTEGER NOT NULL REFERENCES list(id) ON DELETE CASCADE,
  number       INTEGER NOT NULL,          -- as mark's
  made_at      INTEGER NOT NULL,          -- seconds
  last_at      INTEGER NOT NULL,          -- seconds, of the thread's last post since; at first made_at
  UNIQUE (person, list, number)
);
CREATE INDEX follow_thread ON follow(list, number);
CREATE INDEX follow_last ON follow(last_at);

CREATE TABLE reading (
  person       INTEGER NOT NULL REFERENCES person(id) ON DELETE CASCADE,
  list         INTEGER NOT NULL REFERENCES list(id) ON DELETE CASCADE,
  number       INTEGER NOT NULL,          -- 0: of all threads; else as mark's
  upto         INTEGER NOT NULL,          -- posts up to this number are no news
  PRIMARY KEY (person, list, number)
) WITHOUT ROWID;
CREATE INDEX reading_list ON reading(list);

ALTER TABLE person ADD COLUMN timezone TEXT NOT NULL DEFAULT ''; -- IANA's name; "" the site's clock
