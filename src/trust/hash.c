#include "trust/hash.h"

#include "base/mem.h"

#include <openssl/evp.h>
#include <pthread.h>

/* struct hash is an EVP_MD_CTX under a name of ours, so that only the files
 * that sign and verify see OpenSSL. */

static EVP_MD *sha256;

static void fetch(void)
{
	/* Fetched once: EVP_sha256() would look it up anew, under a lock, each time. */
	sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
}

struct hash *hash_open(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, fetch);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	if (!sha256 || !ctx || !EVP_DigestInit_ex2(ctx, sha256, NULL))
		mem_exhausted();
	return (struct hash *)ctx;
}

void hash_add(struct hash *h, str bytes)
{
	if (bytes.n && !EVP_DigestUpdate((EVP_MD_CTX *)h, bytes.p, bytes.n))
		mem_exhausted();
}

void hash_close(struct hash *h, unsigned char sum[static HASH_SIZE])
{
	if (!EVP_DigestFinal_ex((EVP_MD_CTX *)h, sum, NULL))
		mem_exhausted();
	EVP_MD_CTX_free((EVP_MD_CTX *)h);
}

void hash_once(str bytes, unsigned char sum[static HASH_SIZE])
{
	struct hash *h = hash_open();
	hash_add(h, bytes);
	hash_close(h, sum);
}
