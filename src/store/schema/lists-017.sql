-- When who is signed in there showed last who they are, by a password, a passkey or a mailed link.
ALTER TABLE session ADD COLUMN proven_at INTEGER NOT NULL DEFAULT 0;
UPDATE session SET proven_at = created_at;
