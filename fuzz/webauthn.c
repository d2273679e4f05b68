/* What an authenticator says: CBOR, a COSE key, an attestation object, what a browser says of it.
 * Nothing is read beyond its end, what is taken is a part of it, and a refusal is one of four
 * kinds. */
#include "fuzz.h"

#include "account/cbor.h"
#include "account/cose.h"
#include "account/webauthn.h"

static bool is_within(str part, str whole)
{
	return !part.n || (part.p >= whole.p && part.p + part.n <= whole.p + whole.n);
}

static void a_key(str in)
{
	struct cose_key key;
	str rest = in;
	err e = cose_read(&rest, &key);
	must(!e.kind || e.kind == ERR_SYNTAX || e.kind == ERR_LIMIT);
	must(e.kind ? rest.n == in.n
		    : is_within(key.x, in) && is_within(key.y, in) && rest.n < in.n);
	if (!e.kind)
		must(cose_verify(&key, STR("text"), STR("signature")).kind == ERR_DENIED);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const struct webauthn_site site = { { "https://lists.example", 21 },
						   { "lists.example", 13 } };
	struct webauthn_said said;
	str in = { (const char *)data, n }, rest = in, challenge = STR_NONE;
	ARENA(a);
	err e = cbor_skip(&rest);
	must(!e.kind || e.kind == ERR_SYNTAX || e.kind == ERR_LIMIT);
	must(e.kind ? rest.n == n : rest.n < n && is_within(rest, in));
	a_key(in);
	e = webauthn_attest(a, &site, STR("{}"), in, &said);
	must(!e.kind || e.kind == ERR_SYNTAX || e.kind == ERR_LIMIT
	     || e.kind == ERR_DENIED);
	if (!e.kind)
		must(said.credential.n && is_within(said.credential, in)
		     && is_within(said.public_key, in));
	e = webauthn_client(a, &site, WEBAUTHN_GET, in, &challenge);
	must(!e.kind || e.kind == ERR_SYNTAX || e.kind == ERR_LIMIT
	     || e.kind == ERR_DENIED);
	return 0;
}
