-- Lists that were renamed: what they were called goes on meaning them.
ALTER TABLE list ADD COLUMN origin TEXT NOT NULL DEFAULT '';  -- names its arrivals for good; "" is its address
ALTER TABLE list ADD COLUMN list_id TEXT NOT NULL DEFAULT ''; -- RFC 2919; "" is name.domain

CREATE TABLE former (                     -- an address that a list had
  address      TEXT PRIMARY KEY,          -- dev@lists.example, as a key
  list         INTEGER NOT NULL REFERENCES list(id) ON DELETE CASCADE,
  at           INTEGER NOT NULL           -- seconds, until when it was the list's own
) WITHOUT ROWID;
CREATE INDEX former_list ON former(list);
CREATE TRIGGER revision_former_gone AFTER DELETE ON former BEGIN UPDATE revision SET n = n + 1; END;

CREATE INDEX member_ways ON member(list, delivery, off_by) WHERE delivery <> 'regular';
CREATE TABLE member_day (                 -- how many joined and left, for the page of statistics
  list         INTEGER NOT NULL,
  day          INTEGER NOT NULL,          -- days since 1970
  joined       INTEGER NOT NULL,
  gone         INTEGER NOT NULL,
  PRIMARY KEY (list, day)
) WITHOUT ROWID;
INSERT INTO member_day (list, day, joined, gone)
  SELECT list, joined_at / 86400, count(*), 0 FROM member GROUP BY 1, 2;
CREATE TRIGGER member_day_joined AFTER INSERT ON member BEGIN
  INSERT INTO member_day (list, day, joined, gone) VALUES (NEW.list, NEW.joined_at / 86400, 1, 0)
  ON CONFLICT DO UPDATE SET joined = joined + 1;
END;
CREATE TRIGGER member_day_gone AFTER DELETE ON member
WHEN EXISTS (SELECT 1 FROM list WHERE id = OLD.list) BEGIN
  INSERT INTO member_day (list, day, joined, gone) VALUES (OLD.list, unixepoch() / 86400, 0, 1)
  ON CONFLICT DO UPDATE SET gone = gone + 1;
END;
CREATE TRIGGER member_day_list AFTER DELETE ON list BEGIN
  DELETE FROM member_day WHERE list = OLD.id;
END;

CREATE TABLE erasure (                    -- a person who is gone, and whose posts are still being rewritten
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  addresses    TEXT NOT NULL,             -- one a line
  names        TEXT NOT NULL,             -- one a line
  pseudonym    TEXT NOT NULL,             -- what stands in their place: "former-3f2a"
  begun_at     INTEGER NOT NULL,          -- seconds
  after        INTEGER NOT NULL DEFAULT 0,-- the archive's post up to which it has come
  posts        INTEGER NOT NULL DEFAULT 0 -- so many of them were changed
);
