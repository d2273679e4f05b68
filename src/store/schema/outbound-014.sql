-- Copies that say who reads them: what begins each mark in the body, and a reader's name.
ALTER TABLE message ADD COLUMN marks TEXT NOT NULL DEFAULT '';
ALTER TABLE delivery ADD COLUMN reader TEXT NOT NULL DEFAULT '';
