-- Own texts of notices for a whole domain, too.
ALTER TABLE template RENAME TO template_before;
CREATE TABLE template (
  name         TEXT NOT NULL,
  list         INTEGER NOT NULL,          -- 0: of a domain or of the site
  domain       INTEGER NOT NULL,          -- 0: of a list or of the site
  language     TEXT NOT NULL,             -- "" any
  text         TEXT NOT NULL,
  PRIMARY KEY (name, list, domain, language)
) WITHOUT ROWID;
INSERT INTO template SELECT name, list, 0, language, text FROM template_before;
DROP TABLE template_before;
