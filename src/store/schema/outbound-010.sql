-- What one commit says of a message's copies is one row: what they share stands in its columns.
ALTER TABLE event ADD COLUMN entries INTEGER NOT NULL DEFAULT 1; -- it stands for so many, of the ids up to its own
ALTER TABLE event ADD COLUMN run BLOB NOT NULL DEFAULT x'';      -- of more than one: recipient, member and detail of each
