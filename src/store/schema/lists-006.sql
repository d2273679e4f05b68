-- Topics: what each member wants to read of a list. Who has chosen none reads everything.
ALTER TABLE member ADD COLUMN topics TEXT NOT NULL DEFAULT '';      -- "\nrelease\nhardware\n": their names
ALTER TABLE member ADD COLUMN other_topics INTEGER NOT NULL DEFAULT 0; -- and posts that fit none
CREATE INDEX member_topics ON member(list) WHERE topics <> '';      -- in order of id
ALTER TABLE digest_post ADD COLUMN topics TEXT NOT NULL DEFAULT ''; -- it fits: likewise; "\n" none; "" is everybody's
ALTER TABLE digest_copy ADD COLUMN wants TEXT NOT NULL DEFAULT '';  -- "1\nrelease\n": other_topics, topics; or ""
CREATE INDEX digest_copy_wants ON digest_copy(issue, form, low, high, wants, member) WHERE wants <> '';
