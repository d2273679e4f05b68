#include "account/scram.h"

#include "base/enc.h"
#include "base/mac.h"

#include <openssl/evp.h>
#include <sodium.h>

_Static_assert(crypto_auth_hmacsha256_BYTES == 32U && SCRAM_KEY == 32, "SHA-256");

static const unsigned char *octets(str s)
{
	return (const unsigned char *)s.p;
}

static void hmac(const unsigned char key[static SCRAM_KEY], str text,
		 unsigned char out[static SCRAM_KEY])
{
	crypto_auth_hmacsha256(out, octets(text), text.n, key);
}

/* RFC 5802 section 3: what is kept proves the password and does not show it. */
void scram_derive(str password, str salt, unsigned rounds, struct scram_keys *keys)
{
	unsigned char salted[SCRAM_KEY], client[SCRAM_KEY];
	PKCS5_PBKDF2_HMAC(password.p, (int)password.n, octets(salt), (int)salt.n,
			  (int)rounds, EVP_sha256(), sizeof salted, salted);
	hmac(salted, STR("Client Key"), client);
	hmac(salted, STR("Server Key"), keys->server);
	crypto_hash_sha256(keys->stored, client, sizeof client);
	sodium_memzero(salted, sizeof salted);
	sodium_memzero(client, sizeof client);
}

/* Takes "x=value" and the comma behind it off *rest. */
static bool attribute(str *rest, char name, str *value)
{
	str head = *rest, tail = STR_NONE;
	str_cut(*rest, ',', &head, &tail);
	if (head.n < 2 || head.p[0] != name || head.p[1] != '=')
		return false;
	*value = str_skip(head, 2);
	*rest = tail;
	return true;
}

/* RFC 5802 section 5.1: "=2C" is a comma and "=3D" an equals sign; no other = stands. */
static bool name_decode(struct arena *a, str text, str *name)
{
	char *to = arena_alloc(a, text.n);
	size_t n = 0;
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		if (c == '=') {
			str code = str_first(str_skip(text, i), 3);
			bool comma = str_eq(code, STR("=2C"));
			if (!comma && !str_eq(code, STR("=3D")))
				return false;
			c = comma ? ',' : '=';
			i += 2;
		}
		to[n++] = c;
	}
	*name = (str){ to, n };
	return true;
}

err scram_first(struct arena *a, str message, struct scram *x)
{
	str flag, as, rest, user, nonce, claimed = STR_NONE;
	if (!str_cut(message, ',', &flag, &rest) || !str_cut(rest, ',', &as, &rest))
		return FAIL(ERR_SYNTAX, "SCRAM: the header is broken");
	if (str_starts(flag, STR("p=")))
		return FAIL(ERR_DENIED, "SCRAM: channel binding was not offered");
	if (!str_eq(flag, STR("n")) && !str_eq(flag, STR("y")))
		return FAIL(ERR_SYNTAX, "SCRAM: the header is broken");
	str bare = rest;
	/* m= is for extensions that must be understood (section 5.1): there are none. */
	if (!attribute(&rest, 'n', &user) || !attribute(&rest, 'r', &nonce) || !nonce.n
	    || !name_decode(a, user, &user))
		return FAIL(ERR_SYNTAX, "SCRAM: no user or no nonce");
	if (as.n
	    && (!str_starts(as, STR("a=")) || !name_decode(a, str_skip(as, 2), &claimed)))
		return FAIL(ERR_SYNTAX, "SCRAM: the header is broken");
	if (as.n && !str_eq(claimed, user))
		return FAIL(ERR_DENIED, "SCRAM: nobody acts for another");
	*x = (struct scram){
		.user = user,
		.gs2 = str_first(message, message.n - bare.n),
		.client_first = bare,
		.nonce = nonce,
	};
	return OK;
}

str scram_challenge(struct arena *a, struct scram *x, const struct scram_user *who,
		    str nonce)
{
	x->who = who;
	x->nonce = arena_cat(a, x->nonce, nonce);
	x->server_first = arena_cat(
		a, STR("r="), x->nonce, STR(",s="), enc_base64(a, who->salt),
		arena_printf(a, ",i=%u",
			     who->rounds ? who->rounds : (unsigned)SCRAM_ROUNDS));
	return x->server_first;
}

/* ClientProof is ClientKey XOR HMAC(StoredKey, AuthMessage), and StoredKey is the hash
 * of ClientKey: so the proof gives a key whose hash must be the one that is kept. */
static bool proves(const struct scram_keys *keys, str auth, str proof)
{
	unsigned char client[SCRAM_KEY], hash[SCRAM_KEY];
	hmac(keys->stored, auth, client);
	for (size_t i = 0; i < SCRAM_KEY; i++)
		client[i] ^= (unsigned char)proof.p[i];
	crypto_hash_sha256(hash, client, sizeof client);
	sodium_memzero(client, sizeof client);
	return sodium_memcmp(hash, keys->stored, SCRAM_KEY) == 0;
}

err scram_final(struct arena *a, struct scram *x, str message, str *reply, size_t *which)
{
	str rest = message, binding, nonce, proof, head, last, bound;
	if (!str_cut_last(message, ',', &head, &last) || !attribute(&last, 'p', &proof)
	    || enc_base64_decode(a, proof, &proof).kind || proof.n != SCRAM_KEY
	    || !attribute(&rest, 'c', &binding) || !attribute(&rest, 'r', &nonce)
	    || enc_base64_decode(a, binding, &bound).kind)
		return FAIL(ERR_SYNTAX, "SCRAM: the last message is broken");
	if (!mac_equal(nonce, x->nonce) || !str_eq(bound, x->gs2))
		return FAIL(ERR_DENIED, "SCRAM: another nonce or header than before");
	str auth = arena_cat(a, x->client_first, STR(","), x->server_first, STR(","),
			     head);
	for (size_t i = 0; i < x->who->count; i++) {
		const struct scram_keys *keys = &x->who->keys[i];
		unsigned char signature[SCRAM_KEY];
		if (!proves(keys, auth, proof))
			continue;
		hmac(keys->server, auth, signature);
		*reply = arena_cat(
			a, STR("v="),
			enc_base64(a, (str){ (const char *)signature, SCRAM_KEY }));
		*which = i;
		return OK;
	}
	return FAIL(ERR_DENIED, "SCRAM: the proof is wrong");
}
