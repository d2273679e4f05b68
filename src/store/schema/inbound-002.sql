-- Mail that was refused at the end of DATA leaves word, so that a trace finds it.
ALTER TABLE recipient ADD COLUMN refused TEXT NOT NULL DEFAULT ''; -- rules and reason, or ""
