-- What of a thread came since a day, without a look at all of its posts.
CREATE INDEX post_seen ON post(thread, received_at, date, from_address);
