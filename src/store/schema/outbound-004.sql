-- What TLS a message asks for (RFC 8689).
ALTER TABLE message ADD COLUMN tls INTEGER NOT NULL DEFAULT 0; -- 0 as usual, 1 REQUIRETLS, 2 TLS-Required: No
