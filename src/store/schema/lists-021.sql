-- Licences that folders of the group's site have accepted before anybody reads them; a licence is
-- a text, so another text is another one.
CREATE TABLE licence (
  hash        TEXT PRIMARY KEY,           -- SHA-256, hexadecimal
  text        TEXT NOT NULL               -- as it was accepted
) WITHOUT ROWID;
CREATE TABLE consent (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  at          INTEGER NOT NULL,           -- seconds
  licence     TEXT NOT NULL REFERENCES licence(hash),
  path        TEXT NOT NULL,              -- of the file that it stood in
  person      INTEGER REFERENCES person(id) ON DELETE SET NULL,
  name        TEXT NOT NULL,              -- as they gave it
  address     TEXT NOT NULL,
  institution TEXT NOT NULL,              -- or ""
  network     TEXT NOT NULL
);
CREATE INDEX consent_person ON consent(person, licence);
-- Who had which file of the group's site, where a folder's rules keep a log of it. A file as it
-- was at one time:
CREATE TABLE site_file (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  path        TEXT NOT NULL,              -- /members/maps.bin
  tag         TEXT NOT NULL,              -- its ETag, another with every change
  size        INTEGER NOT NULL,
  changed_at  INTEGER NOT NULL,           -- seconds: the file's own time
  sha256      TEXT NOT NULL DEFAULT '',   -- hexadecimal; "" not known yet, "-" never
  UNIQUE (path, tag)
);
CREATE INDEX site_file_unknown ON site_file(id) WHERE sha256 = '';
CREATE TABLE download (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  at          INTEGER NOT NULL,           -- seconds, when it ended
  file        INTEGER NOT NULL REFERENCES site_file(id) ON DELETE CASCADE,
  person      INTEGER REFERENCES person(id) ON DELETE SET NULL,
  network     TEXT NOT NULL,              -- of who was not signed in: 192.0.2.0; else ""
  how         TEXT NOT NULL,              -- open, session, token, password, link
  octets      INTEGER NOT NULL,           -- that were sent
  first       INTEGER NOT NULL,           -- the first one: 0, or where it went on
  consent     INTEGER REFERENCES consent(id) ON DELETE SET NULL,
  complete    INTEGER NOT NULL            -- 1: all that was asked for, up to the file's last
);
CREATE INDEX download_file ON download(file, id);
CREATE INDEX download_person ON download(person, id);
CREATE INDEX download_at ON download(at);
