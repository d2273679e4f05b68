-- Copies that a list in shadow kept back: `list shadow` counts them.
CREATE INDEX event_shadowed ON event(detail, message, what) WHERE what = 'shadowed'; -- all that is asked of them
-- As filter, over the entries' members; '' for blocks that were full before.
ALTER TABLE event_block ADD COLUMN members BLOB NOT NULL DEFAULT x'';
