-- The public halves of the keys that sign, for the page that shows what DNS must say.
CREATE TABLE signer (
  selector     TEXT PRIMARY KEY,
  record       TEXT NOT NULL              -- "v=DKIM1; k=rsa; p=MIIB…"
) WITHOUT ROWID;
