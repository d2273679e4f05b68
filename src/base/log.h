/* base/log.h: one line an event, as key=value pairs or JSON, to standard error
 * (which systemd keeps). Every event name stands in doc/events.tsv; a test
 * compares the two.
 *
 *     log_info("message-accepted", KS("message", id), KN("size", size));
 *     log_error("disk-full", KZ("path", dir), KZ("do", "free space there"));
 *
 * prints
 *
 *     2026-11-24T04:12:09.512Z level=info role=smtpd event=message-accepted \
 *             message=7 size=5120
 *
 * A value that holds a space, a quote or a control character is quoted and
 * escaped, so a line is always one line and a peer cannot forge one. Secrets
 * never go into a log. */
#pragma once

#include "base/err.h"
#include "base/str.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

struct log_kv {
	const char *key;
	enum { LOG_TEXT, LOG_NUMBER } type;
	str text;
	int64_t number;
};

#define KS(k, s) ((struct log_kv){ .key = (k), .type = LOG_TEXT, .text = (s) })
#define KZ(k, z) ((struct log_kv){ .key = (k), .type = LOG_TEXT, .text = str_from(z) })
#define KN(k, n) \
	((struct log_kv){ .key = (k), .type = LOG_NUMBER, .number = (int64_t)(n) })
#define KE(e) KZ("error", (e).msg)

/* Once, before the first thread: this process's role, the least level that is
 * printed and whether lines are JSON. */
void log_open(const char *role, enum log_level least, bool json);

void log_write(enum log_level level, const char *event, const struct log_kv *kv,
	       size_t count);

#define LOG_AT(level, event, ...)                                           \
	log_write((level), (event), (const struct log_kv[]){ __VA_ARGS__ }, \
		  sizeof((const struct log_kv[]){ __VA_ARGS__ })            \
			  / sizeof(struct log_kv))
#define log_debug(event, ...) LOG_AT(LOG_DEBUG, event, __VA_ARGS__)
#define log_info(event, ...)  LOG_AT(LOG_INFO, event, __VA_ARGS__)
#define log_warn(event, ...)  LOG_AT(LOG_WARN, event, __VA_ARGS__)
#define log_error(event, ...) LOG_AT(LOG_ERROR, event, __VA_ARGS__)

/* "debug", "info", "warn", "error". False for anything else. */
bool log_level_from(str name, enum log_level *level);
