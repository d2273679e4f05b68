-- What each rule that was asked said of a post that waits: "no_author=miss member=hold".
ALTER TABLE held ADD COLUMN asked TEXT NOT NULL DEFAULT '';

-- What a person wants of a membership that waits is one row, {person, delivery, language}, as
-- long as the request is; while the letter is out, its token bears it.
UPDATE pending SET data = json_patch(data, (SELECT f.data FROM pending f
    WHERE f.kind = 'follow' AND f.list = pending.list AND f.address = pending.address AND json_valid(f.data) ORDER BY f.id DESC LIMIT 1))
  WHERE kind IN ('join', 'choice') AND json_valid(data) AND EXISTS (SELECT 1 FROM pending f
    WHERE f.kind = 'follow' AND f.list = pending.list AND f.address = pending.address AND json_valid(f.data));
DELETE FROM pending WHERE kind = 'follow' AND EXISTS (SELECT 1 FROM pending c
    WHERE c.kind = 'choice' AND c.list = pending.list AND c.address = pending.address);
UPDATE pending SET kind = 'wish', expires_at = created_at + 315360000 WHERE kind IN ('choice', 'follow');
