#include "base/log.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/utf8.h"

#include <unistd.h>

static struct {
	const char *role;
	enum log_level least;
	bool json;
} config = { "postern", LOG_INFO, false };

static const char *const names[] = { "debug", "info", "warn", "error" };

void log_open(const char *role, enum log_level least, bool json)
{
	config.role = role;
	config.least = least;
	config.json = json;
}

bool log_level_from(str name, enum log_level *level)
{
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_eq(name, str_from(names[i]))) {
			*level = (enum log_level)i;
			return true;
		}
	return false;
}

static bool is_plain(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || s.p[i] == '"' || s.p[i] == '\\'
		    || s.p[i] == '=' || s.p[i] == 0x7f)
			return false;
	return s.n > 0;
}

static void add_text(struct buf *out, str s)
{
	if (!utf8_valid(s)) {
		ARENA(a);
		add_text(out, utf8_scrub(a, s));
	} else if (!config.json && is_plain(s)) {
		buf_add(out, s);
	} else {
		buf_add_quoted(out, s);
	}
}

static void add_text_pair(struct buf *out, const struct log_kv *kv)
{
	buf_addf(out, " %s=", kv->key);
	if (kv->type == LOG_NUMBER)
		buf_addf(out, "%lld", (long long)kv->number);
	else
		add_text(out, kv->text);
}

static void add_json_pair(struct buf *out, const struct log_kv *kv)
{
	buf_addf(out, ",\"%s\":", kv->key);
	if (kv->type == LOG_NUMBER)
		buf_addf(out, "%lld", (long long)kv->number);
	else
		add_text(out, kv->text);
}

/* One write a line: lines of several threads and roles do not mix. */
void log_write(enum log_level level, const char *event, const struct log_kv *kv,
	       size_t count)
{
	if (level < config.least)
		return;
	BUF(line);
	char now[CLOCK_TEXT];
	clock_iso(clock_now_ms(), now);
	if (config.json)
		buf_addf(&line,
			 "{\"time\":\"%s\",\"level\":\"%s\",\"role\":\"%s\",\"event\":\"%"
			 "s\"",
			 now, names[level], config.role, event);
	else
		buf_addf(&line, "%s level=%s role=%s event=%s", now, names[level],
			 config.role, event);
	for (size_t i = 0; i < count; i++)
		(config.json ? add_json_pair : add_text_pair)(&line, &kv[i]);
	buf_add(&line, config.json ? STR("}\n") : STR("\n"));
	if (write(STDERR_FILENO, line.p, line.n) < 0)
		return; /* nowhere left to say so */
}
