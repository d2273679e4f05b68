-- Who wrote how much in which month: counted as posts come, so that no page counts posts.
CREATE TABLE month_author (
  list         INTEGER NOT NULL,
  month        INTEGER NOT NULL,          -- year * 12 + month - 1; 0: its date is none
  address      TEXT NOT NULL,             -- From, lower case
  name         TEXT NOT NULL,             -- as in the last post that came
  posts        INTEGER NOT NULL,
  PRIMARY KEY (list, month, address)
) WITHOUT ROWID;
INSERT INTO month_author (list, month, address, name, posts)
  SELECT list, coalesce(strftime('%Y', date, 'unixepoch') * 12 + strftime('%m', date, 'unixepoch') - 1, 0),
         lower(from_address), max(from_name), count(*)
  FROM post GROUP BY 1, 2, 3;
CREATE TRIGGER month_author_new AFTER INSERT ON post BEGIN
  INSERT INTO month_author (list, month, address, name, posts)
  VALUES (NEW.list, coalesce(strftime('%Y', NEW.date, 'unixepoch') * 12 + strftime('%m', NEW.date, 'unixepoch') - 1, 0),
          lower(NEW.from_address), NEW.from_name, 1)
  ON CONFLICT DO UPDATE SET posts = posts + 1, name = NEW.from_name;
END;
CREATE TRIGGER month_author_gone AFTER DELETE ON post BEGIN
  UPDATE month_author SET posts = posts - 1 WHERE list = OLD.list AND address = lower(OLD.from_address)
    AND month = coalesce(strftime('%Y', OLD.date, 'unixepoch') * 12 + strftime('%m', OLD.date, 'unixepoch') - 1, 0);
  DELETE FROM month_author WHERE list = OLD.list AND address = lower(OLD.from_address) AND posts < 1;
END;
CREATE TRIGGER month_author_other AFTER UPDATE OF list, date, from_address, from_name ON post BEGIN
  UPDATE month_author SET posts = posts - 1 WHERE list = OLD.list AND address = lower(OLD.from_address)
    AND month = coalesce(strftime('%Y', OLD.date, 'unixepoch') * 12 + strftime('%m', OLD.date, 'unixepoch') - 1, 0);
  DELETE FROM month_author WHERE list = OLD.list AND address = lower(OLD.from_address) AND posts < 1;
  INSERT INTO month_author (list, month, address, name, posts)
  VALUES (NEW.list, coalesce(strftime('%Y', NEW.date, 'unixepoch') * 12 + strftime('%m', NEW.date, 'unixepoch') - 1, 0),
          lower(NEW.from_address), NEW.from_name, 1)
  ON CONFLICT DO UPDATE SET posts = posts + 1, name = NEW.from_name;
END;
CREATE INDEX post_author ON post(from_address COLLATE NOCASE); -- what a person wrote, on whatever list
