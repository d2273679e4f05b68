-- Words anew, cut by our own tokenizer, which knows Han, Kana and Hangul. They come back from
-- the messages: the role post fills them in, the newest first, or 'postern archive reindex' does.
DROP TABLE words;
CREATE VIRTUAL TABLE words USING fts5(
  subject, author, receiver, body, quote, files,
  content = '', tokenize = "postern");
-- Words of a transaction are gathered in memory before they are written as a run.
INSERT INTO words (words, rank) VALUES ('hashsize', 67108864);

CREATE TABLE refill (                     -- one row while words are missing
  before       INTEGER NOT NULL           -- posts with a smaller id may lack them
);
INSERT INTO refill (before) SELECT max(id) + 1 FROM post HAVING count(*) > 0;

-- Few have attachments or are patches; has: looks at no others.
CREATE INDEX post_attached ON post(id) WHERE attachments > 0;
CREATE INDEX post_patch ON post(id) WHERE flags & 4;
