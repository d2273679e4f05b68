#include "base/clock.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { OFFSET_BYTES = 32 };

/* The offset's text: the environment's own, or a shared page of the file, so
 * that reading the clock costs no system call. */
static const char *offset_text;

static void find_offset(void)
{
	const char *env = getenv("POSTERN_CLOCK");
	offset_text = env;
	if (!env || env[0] != '/')
		return;
	int fd = open(env, O_RDONLY | O_CLOEXEC);
	void *page = fd < 0 ? MAP_FAILED
			    : mmap(NULL, OFFSET_BYTES, PROT_READ, MAP_SHARED, fd, 0);
	if (fd >= 0)
		close(fd);
	offset_text = page == MAP_FAILED ? NULL : page;
}

static int64_t offset_seconds(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, find_offset);
	return offset_text ? strtoll(offset_text, NULL, 10) : 0;
}

static int64_t read_ms(clockid_t id)
{
	struct timespec t;
	clock_gettime(id, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t clock_now_ms(void)
{
	return read_ms(CLOCK_REALTIME) + offset_seconds() * 1000;
}

int64_t clock_now(void)
{
	return clock_now_ms() / 1000;
}

int64_t clock_mono_ms(void)
{
	return read_ms(CLOCK_MONOTONIC);
}

int64_t clock_cpu_ms(void)
{
	return read_ms(CLOCK_THREAD_CPUTIME_ID);
}

int64_t clock_cpu_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

void clock_iso(int64_t ms, char text[static CLOCK_TEXT])
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm t;
	gmtime_r(&seconds, &t);
	size_t n = strftime(text, CLOCK_TEXT, "%Y-%m-%dT%H:%M:%S", &t);
	snprintf(text + n, CLOCK_TEXT - n, ".%03dZ", (int)(ms % 1000));
}

bool clock_parse_span(str text, int64_t *seconds)
{
	static const struct {
		char unit;
		int64_t seconds;
	} units[] = {
		{ 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 }, { 'w', 604800 }
	};
	uint64_t n;
	if (str_u64(text, &n) && n <= INT32_MAX) {
		*seconds = (int64_t)n;
		return true;
	}
	for (size_t i = 0; text.n && i < sizeof units / sizeof *units; i++)
		if (text.p[text.n - 1] == units[i].unit
		    && str_u64(str_first(text, text.n - 1), &n) && n <= INT32_MAX) {
			*seconds = (int64_t)n * units[i].seconds;
			return true;
		}
	return false;
}

bool clock_parse(str text, int64_t now, int64_t *seconds)
{
	static const char *const formats[] = { "%Y-%m-%d", "%Y-%m-%dT%H:%M",
					       "%Y-%m-%dT%H:%M:%S",
					       "%Y-%m-%dT%H:%M:%SZ" };
	int64_t span;
	if (str_starts(text, STR("+")) && clock_parse_span(str_skip(text, 1), &span)) {
		*seconds = now + span;
		return true;
	}
	char z[CLOCK_TEXT];
	if (text.n >= sizeof z)
		return false;
	snprintf(z, sizeof z, "%.*s", STR_F(text));
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
		struct tm t = { 0 };
		const char *end = strptime(z, formats[i], &t);
		if (end && !*end) {
			*seconds = (int64_t)timegm(&t);
			return true;
		}
	}
	return false;
}
