-- Digests: which posts came since the last one, and who is owed which of them.
ALTER TABLE member ADD COLUMN digest_turn INTEGER NOT NULL DEFAULT 0; -- digest_post.id at which single copies ended or began
CREATE INDEX member_digest ON member(list, digest_turn) WHERE delivery <> 'regular' AND delivery <> 'off';

CREATE TABLE digest (                     -- where a list stands
  list         INTEGER PRIMARY KEY REFERENCES list(id) ON DELETE CASCADE,
  volume       INTEGER NOT NULL,
  issue        INTEGER NOT NULL,          -- the number of the next one
  sent_at      INTEGER NOT NULL,          -- seconds, of the last one
  sent_to      INTEGER NOT NULL           -- digest_post.id up to which posts are in issues
);
CREATE TABLE digest_post (                -- a post on a list that has readers of digests
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  list         INTEGER NOT NULL REFERENCES list(id) ON DELETE CASCADE,
  source       TEXT NOT NULL UNIQUE,      -- "17/dev@lists.example": each once
  number       INTEGER NOT NULL,          -- in the archive; 0: in none
  at           INTEGER NOT NULL,          -- seconds
  size         INTEGER NOT NULL,          -- octets
  kept         INTEGER NOT NULL DEFAULT 1,-- 0: it has been sent, the message is gone
  message      BLOB NOT NULL              -- as it came
);
CREATE INDEX digest_post_list ON digest_post(list, id);
CREATE INDEX digest_post_kept ON digest_post(list, id) WHERE kept = 1;

CREATE TABLE digest_owed (                -- one last digest for who reads none any more
  list         INTEGER NOT NULL REFERENCES list(id) ON DELETE CASCADE,
  member       INTEGER NOT NULL REFERENCES member(id) ON DELETE CASCADE,
  form         TEXT NOT NULL,             -- mime, plain, summary
  low          INTEGER NOT NULL,          -- posts with ids above low, up to high
  high         INTEGER NOT NULL,
  PRIMARY KEY (list, member, low)
) WITHOUT ROWID;
CREATE INDEX digest_owed_member ON digest_owed(member);
CREATE TABLE digest_issue (               -- begun: its posts and its readers are settled
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  list         INTEGER NOT NULL REFERENCES list(id) ON DELETE CASCADE,
  volume       INTEGER NOT NULL,
  issue        INTEGER NOT NULL,
  high         INTEGER NOT NULL,          -- the last post in it
  at           INTEGER NOT NULL           -- seconds
);
CREATE INDEX digest_issue_list ON digest_issue(list);
CREATE TABLE digest_copy (                -- who gets it, until all copies are on their way
  issue        INTEGER NOT NULL REFERENCES digest_issue(id) ON DELETE CASCADE,
  form         TEXT NOT NULL,
  low          INTEGER NOT NULL,
  high         INTEGER NOT NULL,
  member       INTEGER NOT NULL,
  PRIMARY KEY (issue, form, low, high, member)
) WITHOUT ROWID;
