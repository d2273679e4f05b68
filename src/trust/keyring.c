#include "trust/keyring.h"

#include "base/buf.h"
#include "base/file.h"

#include <unistd.h>

enum { PEM_MAX = 64 * 1024, LABEL_MAX = 63 - 3 }; /* "-ed" goes behind it */

static const struct {
	enum sign_alg alg;
	str mark;
} kinds[KEYRING_MAX] = { { SIGN_RSA, STR("") }, { SIGN_ED25519, STR("-ed") } };

str keyring_selector(str conf, str chosen)
{
	chosen = str_trim(chosen);
	return conf.n ? conf : chosen.n ? chosen : STR("postern");
}

bool keyring_name_ok(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!(s.p[i] >= 'a' && s.p[i] <= 'z') && !chr_is_digit(s.p[i])
		    && s.p[i] != '-')
			return false;
	return s.n > 0 && s.n <= LABEL_MAX && s.p[0] != '-' && !str_ends(s, STR("-"))
	       && !str_ends(s, STR("-ed"));
}

str keyring_file(struct arena *a, str selector, size_t index)
{
	return arena_cat(a, selector, kinds[index].mark, STR(".pem"));
}

static char *path_of(struct arena *a, str folder, str selector, size_t index)
{
	return arena_z(a,
		       arena_cat(a, folder, STR("/"), keyring_file(a, selector, index)));
}

err keyring_make(struct arena *a, str folder, str selector)
{
	for (size_t i = 0; i < KEYRING_MAX; i++) {
		const char *path = path_of(a, folder, selector, i);
		str pem;
		if (!access(path, F_OK))
			continue;
		TRY(sign_key_make(a, kinds[i].alg, &pem));
		TRY(file_write(a, path, 0600, pem));
	}
	return OK;
}

err keyring_add(struct arena *a, struct keyring *ring, str selector, size_t index,
		str pem)
{
	struct sign_key *key;
	TRY(sign_key_load(a, pem, &key));
	ring->signers[ring->count++] = (struct signer){
		key, arena_cat(a, selector, kinds[index].mark)
	};
	return OK;
}

static err read_key(struct arena *a, const char *path, str selector, size_t index,
		    struct keyring *ring)
{
	str pem;
	err e = file_read(a, path, PEM_MAX, &pem);
	if (e.kind == ERR_NOTFOUND)
		return OK;
	TRY(e);
	e = keyring_add(a, ring, selector, index, pem);
	return e.kind ? err_in(a, e.kind, "%s: %s", path, e.msg) : OK;
}

err keyring_read(struct arena *a, str folder, str selector, struct keyring *ring)
{
	struct keyring found = { 0 };
	for (size_t i = 0; i < KEYRING_MAX; i++) {
		const char *path = path_of(a, folder, selector, i);
		err e = read_key(a, path, selector, i, &found);
		if (e.kind) {
			keyring_free(&found);
			return e;
		}
	}
	if (!found.count)
		return err_in(a, ERR_NOTFOUND, "no key of the selector %.*s in %.*s",
			      STR_F(selector), STR_F(folder));
	*ring = found;
	return OK;
}

void keyring_free(struct keyring *ring)
{
	for (size_t i = 0; i < ring->count; i++)
		sign_key_free(ring->signers[i].key);
	*ring = (struct keyring){ 0 };
}

static str name_of(struct arena *a, const struct signer *s, str domain)
{
	return arena_cat(a, s->selector, STR("._domainkey."), domain);
}

str keyring_records(struct arena *a, const struct keyring *ring, str domain)
{
	str lines = STR("");
	for (size_t i = 0; i < ring->count; i++) {
		const struct signer *s = &ring->signers[i];
		lines = arena_cat(a, lines,
				  key_zone_line(a, name_of(a, s, domain),
						sign_key_record(a, s->key)),
				  STR("\n"));
	}
	return lines;
}

err keyring_published(struct arena *a, struct resolver *r, int64_t deadline,
		      const struct signer *s, str domain)
{
	struct dns_answer answer;
	struct key_record ours, theirs;
	str name = name_of(a, s, domain);
	resolver_ask(r, a, name, DNS_TXT, deadline, &answer);
	if (answer.status == DNS_FAILED)
		return err_in(a, ERR_TEMP, "DNS gave no answer for %.*s: %s", STR_F(name),
			      answer.why ? answer.why : "");
	TRY(key_parse(a, sign_key_record(a, s->key), &ours));
	for (size_t i = 0; i < answer.count; i++)
		if (!key_parse(a, answer.records[i].data, &theirs).kind
		    && theirs.alg == ours.alg && str_eq(theirs.bytes, ours.bytes))
			return OK;
	return err_in(a, ERR_NOTFOUND, "DNS has %s at %.*s",
		      answer.count ? "another record" : "no record", STR_F(name));
}

static void ask_own(struct resolver *r, struct arena *a, str name, enum dns_type type,
		    int64_t deadline, struct dns_answer *answer)
{
	struct keyring_resolver *k = (struct keyring_resolver *)r;
	for (size_t i = 0; i < k->ring->count && type == DNS_TXT; i++) {
		const struct signer *s = &k->ring->signers[i];
		if (!str_ieq(name, name_of(a, s, k->domain)))
			continue;
		*answer = (struct dns_answer){ .status = DNS_FOUND,
					       .records = arena_zero(
						       a, sizeof *answer->records),
					       .count = 1 };
		answer->records[0].data = sign_key_record(a, s->key);
		return;
	}
	resolver_ask(k->below, a, name, type, deadline, answer);
}

struct keyring_resolver keyring_overlay(const struct keyring *ring, str domain,
					struct resolver *below)
{
	return (struct keyring_resolver){ { ask_own }, below, ring, domain };
}
