-- 1: a strict domain's signature is all that proves From, so that the message leaves in no other form.
ALTER TABLE message ADD COLUMN author_signed INTEGER NOT NULL DEFAULT 0;
