-- Header rules in an order of their own, for the whole site, too, with a reason and a tag; domains with a
-- description, another name and owners.
ALTER TABLE header_rule RENAME TO header_rule_before;
CREATE TABLE header_rule (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  list         INTEGER NOT NULL,          -- 0: every list
  position     INTEGER NOT NULL,          -- the smallest is asked first
  header       TEXT NOT NULL,             -- lower case
  pattern      TEXT NOT NULL,
  action       TEXT NOT NULL,             -- hold, reject, discard, accept
  reason       TEXT NOT NULL DEFAULT '',  -- in words, for those who run the list
  tag          TEXT NOT NULL DEFAULT '',  -- by which a program finds its own (Mailman 3)
  UNIQUE (list, header, pattern)
);
INSERT INTO header_rule (id, list, position, header, pattern, action)
  SELECT id, list, id, header, pattern, action FROM header_rule_before;
DROP TABLE header_rule_before;

ALTER TABLE domain ADD COLUMN description TEXT NOT NULL DEFAULT '';
ALTER TABLE domain ADD COLUMN alias TEXT NOT NULL DEFAULT ''; -- LIST@alias is LIST@name, too; lower case
CREATE UNIQUE INDEX domain_alias ON domain(alias) WHERE alias <> '';
CREATE TRIGGER revision_domain_set AFTER UPDATE ON domain BEGIN UPDATE revision SET n = n + 1; END;
CREATE TABLE domain_owner (               -- who makes and runs the lists of a domain
  domain       INTEGER NOT NULL REFERENCES domain(id) ON DELETE CASCADE,
  address      INTEGER NOT NULL REFERENCES address(id) ON DELETE CASCADE,
  PRIMARY KEY (domain, address)
) WITHOUT ROWID;
CREATE INDEX domain_owner_address ON domain_owner(address);

CREATE TABLE purge (                      -- a list that is gone, and whose archive goes, too
  list         INTEGER PRIMARY KEY,       -- what was its id
  address      TEXT NOT NULL,
  begun_at     INTEGER NOT NULL           -- seconds
);
