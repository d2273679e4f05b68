-- Which files are to be looked into next. Of a post that stands there with waits = 2 they never are:
-- somebody who has gone since may be named in them (store/archive/inside.h).
CREATE INDEX unread_now ON unread(post) WHERE waits = 0;
