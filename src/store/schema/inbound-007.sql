-- With which tokens of the lists book somebody signed in to send mail. smtpd adds, post takes
-- away once it has told the lists book, which smtpd may not write.
CREATE TABLE token_use (
  token         INTEGER PRIMARY KEY,
  used_at       INTEGER NOT NULL          -- seconds; the last time
);
