-- What each rule that was asked said of a post that waits: "no_author=miss member=hold".
ALTER TABLE held ADD COLUMN asked TEXT NOT NULL DEFAULT '';
