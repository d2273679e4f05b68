-- Members by their state, a page at a time from the index that has their order.
ALTER TABLE member ADD COLUMN unproven INTEGER NOT NULL DEFAULT 0; -- 1: nobody has shown that the address is theirs
UPDATE member SET unproven = 1 WHERE address IN (SELECT id FROM address WHERE verified_at = 0);
CREATE TRIGGER address_proven AFTER UPDATE OF verified_at ON address
  WHEN (new.verified_at = 0) <> (old.verified_at = 0) BEGIN
  UPDATE member SET unproven = (new.verified_at = 0) WHERE address = new.id;
END;
CREATE TRIGGER member_at_another AFTER UPDATE OF address ON member WHEN new.address <> old.address BEGIN
  UPDATE member SET unproven = (SELECT verified_at = 0 FROM address WHERE id = new.address) WHERE id = new.id;
END;
DROP INDEX member_key;
CREATE INDEX member_key ON member(list, key, find, hidden, delivery, off_by, action, unproven);

-- How many there are of each, without a look at the others.
CREATE INDEX member_watched ON member(list) WHERE action IN ('hold', 'reject', 'discard');
CREATE INDEX member_unproven ON member(list) WHERE unproven = 1;
