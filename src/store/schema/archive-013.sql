-- Words anew: files that stand in a text (uuencode) or in Outlook's wrapper are no text of the
-- post but attachments of it. They come back as in 004, and the rows with them.
DROP TABLE words;
CREATE VIRTUAL TABLE words USING fts5(
  body, subject, author, receiver, quote, files, inside, author_address, receiver_address,
  body_address, quote_address, inside_address, content = '', tokenize = "postern");
INSERT INTO words (words, rank) VALUES ('hashsize', 67108864);
DELETE FROM refill;
INSERT INTO refill (before) SELECT max(id) + 1 FROM post HAVING count(*) > 0;
