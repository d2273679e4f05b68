-- Who looks at a held post, who set it aside, and by which way it was decided.
ALTER TABLE held ADD COLUMN claimed_by TEXT NOT NULL DEFAULT '';
ALTER TABLE held ADD COLUMN claimed_at INTEGER NOT NULL DEFAULT 0;  -- seconds; a claim lapses by itself
ALTER TABLE held ADD COLUMN aside_by TEXT NOT NULL DEFAULT '';
ALTER TABLE held ADD COLUMN aside_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE held ADD COLUMN note TEXT NOT NULL DEFAULT '';          -- of who set it aside; once handled: the answer, or what else was done
ALTER TABLE held ADD COLUMN handled_via TEXT NOT NULL DEFAULT '';   -- page, link, mail, command, API, time
CREATE INDEX held_author ON held(list, author) WHERE verdict = '';
CREATE INDEX held_handled ON held(list, handled_at, id) WHERE verdict <> '';
