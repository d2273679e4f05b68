-- Words anew: names and addresses of people apart, so that who may not see addresses cannot find
-- them out letter by letter; and what is written inside attachments. They come back as in 004.
DROP TABLE words;
CREATE VIRTUAL TABLE words USING fts5(
  subject, author, receiver, body, quote, files, inside, author_address, receiver_address,
  content = '', tokenize = "postern");
INSERT INTO words (words, rank) VALUES ('hashsize', 67108864);
DELETE FROM refill;
INSERT INTO refill (before) SELECT max(id) + 1 FROM post HAVING count(*) > 0;
