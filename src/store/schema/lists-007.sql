-- People beside those who are members now: whose membership ends, begins later, waits for
-- a moderator's word to end, and who is none and known all the same.
ALTER TABLE member ADD COLUMN last_day INTEGER NOT NULL DEFAULT 0;  -- seconds at 0:00 UTC of the last one; 0: no end
ALTER TABLE member ADD COLUMN off_why TEXT NOT NULL DEFAULT '';     -- in words, where delivery is off
CREATE INDEX member_ends ON member(last_day) WHERE last_day > 0;
ALTER TABLE request ADD COLUMN kind TEXT NOT NULL DEFAULT 'join';   -- join, leave

CREATE TABLE planned (                    -- a membership that begins on a day to come
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  list         INTEGER NOT NULL REFERENCES list(id) ON DELETE CASCADE,
  address      TEXT NOT NULL,             -- as it is written
  key          TEXT NOT NULL,             -- address_key()
  name         TEXT NOT NULL,
  first_day    INTEGER NOT NULL,          -- seconds at 0:00 UTC
  last_day     INTEGER NOT NULL,          -- likewise; 0: no end
  UNIQUE (list, key)
);
CREATE INDEX planned_first ON planned(first_day);
CREATE TABLE nonmember (                  -- what becomes of the posts of one who is no member
  list         INTEGER NOT NULL REFERENCES list(id) ON DELETE CASCADE,
  key          TEXT NOT NULL,             -- address_key()
  action       TEXT NOT NULL,             -- accept, hold, reject, discard
  set_at       INTEGER NOT NULL,          -- seconds
  PRIMARY KEY (list, key)
) WITHOUT ROWID;
CREATE TABLE request_handled (            -- what became of requests, for the moderators' page
  id           INTEGER PRIMARY KEY,       -- the request's
  list         INTEGER NOT NULL REFERENCES list(id) ON DELETE CASCADE,
  address      TEXT NOT NULL,
  name         TEXT NOT NULL,
  kind         TEXT NOT NULL,             -- join, leave
  asked_at     INTEGER NOT NULL,          -- seconds
  verdict      TEXT NOT NULL,             -- granted, refused
  note         TEXT NOT NULL,             -- the answer
  handled_by   TEXT NOT NULL,
  handled_via  TEXT NOT NULL,             -- page, link, mail, command, API
  handled_at   INTEGER NOT NULL           -- seconds
);
CREATE INDEX request_handled_list ON request_handled(list, handled_at, id);
CREATE INDEX request_handled_when ON request_handled(handled_at);
