-- What people choose for all of their lists, or of an address's, beside what each membership
-- chooses for itself; memberships that are a person's, at whichever address they prefer; and
-- memberships that went on at another address.
CREATE TABLE preference (                 -- NULL: as the next level says
  person       INTEGER UNIQUE REFERENCES person(id) ON DELETE CASCADE,
  address      INTEGER UNIQUE REFERENCES address(id) ON DELETE CASCADE, -- one of the two
  off          INTEGER,
  form         TEXT,                      -- regular, mime, plain, summary
  own_posts    INTEGER,
  copies       INTEGER,
  acknowledge  INTEGER,
  hidden       INTEGER,
  language     TEXT                       -- of an address; a person's stands with the person
);

-- The columns of before hold what is in effect, so that no fan-out asks more than one row.
ALTER TABLE member ADD COLUMN own INTEGER NOT NULL DEFAULT 0;       -- its own choices: bits of store/lists/preference.h
ALTER TABLE member ADD COLUMN form TEXT NOT NULL DEFAULT 'regular'; -- how posts come, or would if delivery were not off
ALTER TABLE member ADD COLUMN language TEXT NOT NULL DEFAULT '';    -- of mails about the list; "": the address's or the person's
ALTER TABLE member ADD COLUMN follows INTEGER NOT NULL DEFAULT 0;   -- 1: the address is the one that its person prefers
ALTER TABLE member ADD COLUMN moved_at INTEGER NOT NULL DEFAULT 0;  -- seconds: under this address since
UPDATE member SET form = delivery WHERE delivery <> 'off';
UPDATE member SET own = (delivery = 'off') + 2 * (form <> 'regular') + 4 * (own_posts = 0) + 8 * (copies = 0)
  + 16 * (acknowledge <> 0) + 32 * (hidden <> 0);
CREATE INDEX member_follows ON member(address) WHERE follows = 1;

CREATE TABLE member_merged (              -- a membership that became part of another, for links and reports that name it
  id           INTEGER PRIMARY KEY,
  member       INTEGER NOT NULL REFERENCES member(id) ON DELETE CASCADE
);
CREATE INDEX member_merged_into ON member_merged(member);
