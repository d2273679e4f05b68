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
