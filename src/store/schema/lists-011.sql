-- How a member is called on this list, where that is not the person's own name.
ALTER TABLE member ADD COLUMN name TEXT NOT NULL DEFAULT ''; -- "" the person's
DROP TRIGGER person_named;
DROP TRIGGER address_moved;
CREATE TRIGGER person_named AFTER UPDATE OF name ON person WHEN new.name <> old.name BEGIN
  UPDATE member SET find = (SELECT x.text || ' ' || coalesce(nullif(member.name, ''), new.name) FROM address x WHERE x.id = member.address)
  WHERE address IN (SELECT id FROM address WHERE person = new.id);
END;
CREATE TRIGGER address_moved AFTER UPDATE OF person ON address BEGIN
  UPDATE member SET find = new.text || ' ' || coalesce(nullif(member.name, ''), (SELECT p.name FROM person p WHERE p.id = new.person))
  WHERE address = new.id;
END;

-- A page of those who are not hidden is read from one index, too.
DROP INDEX member_key;
CREATE INDEX member_key ON member(list, key, find, hidden);

-- Many members at once, out of a file: what is to be done is kept, shown, and then done a part at a time.
CREATE TABLE member_batch (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  list         INTEGER NOT NULL REFERENCES list(id) ON DELETE CASCADE,
  kind         TEXT NOT NULL,             -- import, sync, remove
  notice       INTEGER NOT NULL,          -- who is removed gets a goodbye
  columns      TEXT NOT NULL,             -- those of the parts: "address,name,delivery"
  person       INTEGER NOT NULL,          -- who said so
  actor        TEXT NOT NULL,             -- and as the audit names them
  made_at      INTEGER NOT NULL,          -- seconds
  state        TEXT NOT NULL DEFAULT '',  -- "" is being written; shown; running; done
  parts        INTEGER NOT NULL DEFAULT 0,
  to_add       INTEGER NOT NULL DEFAULT 0,-- so many
  to_change    INTEGER NOT NULL DEFAULT 0,
  to_remove    INTEGER NOT NULL DEFAULT 0,
  kept         INTEGER NOT NULL DEFAULT 0,-- are as the file says
  added        INTEGER NOT NULL DEFAULT 0,-- so far
  changed      INTEGER NOT NULL DEFAULT 0,
  removed      INTEGER NOT NULL DEFAULT 0,
  refused      INTEGER NOT NULL DEFAULT 0,
  shown        TEXT NOT NULL DEFAULT '',  -- JSON: the first of each, and why some were refused
  CHECK (state IN ('', 'shown', 'running', 'done'))
);
CREATE INDEX member_batch_running ON member_batch(id) WHERE state = 'running';
CREATE TABLE member_batch_part (
  batch        INTEGER NOT NULL REFERENCES member_batch(id) ON DELETE CASCADE,
  part         INTEGER NOT NULL,
  text         TEXT NOT NULL,             -- CSV: add, change or remove, and the columns
  PRIMARY KEY (batch, part)
) WITHOUT ROWID;
