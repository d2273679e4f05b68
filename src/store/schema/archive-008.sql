-- What a search needs of each post, close together: 252 posts a row, which fills a page. A row
-- goes when one of its posts comes, changes or goes; the role post makes it anew (store/archive/facts.h).
CREATE TABLE facts (
  block        INTEGER PRIMARY KEY,       -- post.id / 252
  first_at     INTEGER NOT NULL,          -- the least and the greatest date of its posts
  last_at      INTEGER NOT NULL,
  bytes        BLOB NOT NULL              -- 16 octets a post
);
CREATE INDEX facts_at ON facts(last_at, first_at);
CREATE TABLE stale (                      -- blocks that have no such row
  block        INTEGER PRIMARY KEY
);
INSERT INTO stale (block) SELECT DISTINCT id / 252 FROM post;
CREATE TRIGGER facts_new AFTER INSERT ON post BEGIN
  DELETE FROM facts WHERE block = NEW.id / 252;
  INSERT OR IGNORE INTO stale (block) VALUES (NEW.id / 252);
END;
CREATE TRIGGER facts_other AFTER UPDATE OF list, thread, date, from_address, attachments, flags ON post BEGIN
  DELETE FROM facts WHERE block = OLD.id / 252;
  INSERT OR IGNORE INTO stale (block) VALUES (OLD.id / 252);
END;
CREATE TRIGGER facts_gone AFTER DELETE ON post BEGIN
  DELETE FROM facts WHERE block = OLD.id / 252;
  INSERT OR IGNORE INTO stale (block) VALUES (OLD.id / 252);
END;
-- They say no more than the facts do.
DROP INDEX post_attached;
DROP INDEX post_patch;
