-- What an unlabelled message was read as when its words went into the index, which forgets a
-- post only if it is told the same words again: the list's default_charset may change.
ALTER TABLE post ADD COLUMN charset TEXT NOT NULL DEFAULT '';
