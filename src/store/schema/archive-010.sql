-- A number that each row of facts draws when it is written: whoever has read a row before need
-- not read it again while the number is the same (store/archive/facts_kept.h).
ALTER TABLE facts ADD COLUMN made INTEGER NOT NULL DEFAULT 0;
UPDATE facts SET made = random();
CREATE UNIQUE INDEX facts_made ON facts(block, made);
