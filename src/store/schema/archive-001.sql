-- archive: what was posted, for good. post adds, web reads.
CREATE TABLE numbering (
  list         INTEGER PRIMARY KEY,
  last         INTEGER NOT NULL,          -- the number given last; it never goes back
  version      INTEGER NOT NULL           -- grows with every change of the list's archive
);
CREATE TABLE post (
  id           INTEGER PRIMARY KEY AUTOINCREMENT, -- of blob and words, too
  list         INTEGER NOT NULL,
  number       INTEGER NOT NULL,          -- the list's own count
  source       TEXT NOT NULL UNIQUE,      -- "17/dev@lists.example": one arrival, one post
  message_id   TEXT NOT NULL,             -- without < >; "" where there is none
  thread       INTEGER NOT NULL,
  parent       INTEGER NOT NULL,          -- post.id; 0: starts its thread, or nobody knows
  date         INTEGER NOT NULL,          -- seconds, as its author says where that can be
  "offset"     INTEGER NOT NULL,          -- minutes east of UTC, the author's
  received_at  INTEGER NOT NULL,          -- seconds
  from_name    TEXT NOT NULL,
  from_address TEXT NOT NULL,
  subject      TEXT NOT NULL,
  subject_key  INTEGER NOT NULL,          -- hash of the subject without Re: and kin; 0: none
  digest       INTEGER NOT NULL,          -- hash of author, subject and text: the same post again?
  size         INTEGER NOT NULL,          -- octets of the whole message
  lead         INTEGER NOT NULL,          -- so many of them hold all that a page shows
  attachments  INTEGER NOT NULL,
  flags        INTEGER NOT NULL,          -- enum archive_flag
  UNIQUE (list, number)
);
CREATE INDEX post_message_id ON post(message_id, list) WHERE message_id <> '';
CREATE INDEX post_thread ON post(thread, from_address);
CREATE INDEX post_subject ON post(list, subject_key, date) WHERE subject_key <> 0;
CREATE INDEX post_date ON post(list, date);

CREATE TABLE thread (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  list         INTEGER NOT NULL,
  root         INTEGER NOT NULL,          -- post.id of the one it starts at
  posts        INTEGER NOT NULL,
  authors      INTEGER NOT NULL,
  first_at     INTEGER NOT NULL,          -- seconds, dates of its posts
  last_at      INTEGER NOT NULL,
  version      INTEGER NOT NULL           -- of the list, when it changed last
);
CREATE INDEX thread_last ON thread(list, last_at, id);

CREATE TABLE missing (                    -- a post refers to it, but it is not here (yet)
  list         INTEGER NOT NULL,
  message_id   TEXT NOT NULL,
  post         INTEGER NOT NULL,          -- who refers to it
  rank         INTEGER NOT NULL,          -- 0: its last reference, the likely parent
  PRIMARY KEY (list, message_id, post)
) WITHOUT ROWID;
CREATE INDEX missing_post ON missing(post);

CREATE TABLE month (                      -- posts by month of their date, for the calendar
  list         INTEGER NOT NULL,
  month        INTEGER NOT NULL,          -- year * 12 + month - 1
  posts        INTEGER NOT NULL,
  PRIMARY KEY (list, month)
) WITHOUT ROWID;

CREATE TABLE attachment (
  post         INTEGER NOT NULL,
  n            INTEGER NOT NULL,          -- from 1, in the order of the message
  part         INTEGER NOT NULL,          -- which part of the message
  filename     TEXT NOT NULL,             -- as declared; never a path to trust
  declared     TEXT NOT NULL,             -- type that the message claims
  sniffed      TEXT NOT NULL,             -- type that its first octets show
  size         INTEGER NOT NULL,          -- octets, decoded
  sha256       BLOB NOT NULL,
  PRIMARY KEY (post, n)
) WITHOUT ROWID;

CREATE TABLE dictionary (                 -- what zstd learnt from a list's posts
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  list         INTEGER NOT NULL,
  bytes        BLOB NOT NULL
);
CREATE INDEX dictionary_list ON dictionary(list);
CREATE TABLE blob (                       -- the whole message as it was archived
  id           INTEGER PRIMARY KEY,       -- post.id
  dictionary   INTEGER NOT NULL,          -- 0: none
  bytes        BLOB NOT NULL              -- zstd
);

-- Contentless: a page makes its snippets from the message itself.
CREATE VIRTUAL TABLE words USING fts5(
  subject, author, receiver, body, quote, files,
  content = '', tokenize = "unicode61 remove_diacritics 2");
-- Words of a transaction are gathered in memory before they are written as a run.
INSERT INTO words (words, rank) VALUES ('hashsize', 67108864);

CREATE TABLE url_alias (                  -- addresses of the archive that was before
  path         TEXT PRIMARY KEY,          -- "/pipermail/dev/2008-May/000630.html"
  list         INTEGER NOT NULL,
  post         INTEGER NOT NULL           -- post.id; 0: the list's home
) WITHOUT ROWID;
