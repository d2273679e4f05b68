-- Files of the group's site that somebody sent by a page.
CREATE TABLE upload (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  path        TEXT NOT NULL UNIQUE,       -- /incoming/run-7.csv
  folder      TEXT NOT NULL,              -- /incoming/
  person      INTEGER REFERENCES person(id) ON DELETE SET NULL,
  at          INTEGER NOT NULL,           -- seconds
  size        INTEGER NOT NULL,
  sha256      TEXT NOT NULL,              -- hexadecimal
  verdict     TEXT NOT NULL               -- of the wall: clean; "" there was none
);
CREATE INDEX upload_folder ON upload(folder, person);
CREATE INDEX upload_person ON upload(person);
