-- Members in the order of their addresses, and what a search looks at, so that both are read from one index.
ALTER TABLE member ADD COLUMN key TEXT NOT NULL DEFAULT '';  -- the address's, which never changes
ALTER TABLE member ADD COLUMN find TEXT NOT NULL DEFAULT ''; -- the address as it is written, and the name
UPDATE member SET key = (SELECT x.key FROM address x WHERE x.id = member.address),
  find = (SELECT x.text || ' ' || p.name FROM address x JOIN person p ON p.id = x.person WHERE x.id = member.address);
CREATE INDEX member_key ON member(list, key, find);
CREATE TRIGGER person_named AFTER UPDATE OF name ON person WHEN new.name <> old.name BEGIN
  UPDATE member SET find = (SELECT x.text || ' ' || new.name FROM address x WHERE x.id = member.address)
  WHERE address IN (SELECT id FROM address WHERE person = new.id);
END;
CREATE TRIGGER address_moved AFTER UPDATE OF person ON address BEGIN
  UPDATE member SET find = new.text || ' ' || (SELECT p.name FROM person p WHERE p.id = new.person)
  WHERE address = new.id;
END;

-- The address that stands for a person where none is named.
ALTER TABLE person ADD COLUMN preferred INTEGER NOT NULL DEFAULT 0; -- address.id, proven when it was chosen; 0: their first

-- What an application may with its token, and how often.
ALTER TABLE token ADD COLUMN scopes TEXT NOT NULL DEFAULT 'all'; -- words: read, members:17 (of that list), …
ALTER TABLE token ADD COLUMN rate INTEGER NOT NULL DEFAULT 0;    -- requests a minute; 0: as many as it likes
