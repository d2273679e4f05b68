#include "roles/manifest.h"

#include "base/file.h"
#include "roles/listen.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MANIFEST_MAX = 16 << 20, KEY_FILE_MAX = 1 << 20, SETS_MAX = 256, KEYS_MAX = 256 };

struct head {
	uint32_t tag, name;
	uint64_t content;
};

void manifest_add(struct buf *b, enum manifest_tag tag, str name, str content)
{
	struct head head = { tag, (uint32_t)name.n, content.n };
	buf_cat(b, ((str){ (const char *)&head, sizeof head }), name, content);
}

/* A file that is not there adds nothing. */
static err add_file(struct arena *a, struct buf *b, enum manifest_tag tag, str path)
{
	str content, folder, name;
	err e = file_read(a, arena_z(a, path), KEY_FILE_MAX, &content);
	if (e.kind == ERR_NOTFOUND)
		return OK;
	TRY(e);
	if (!str_cut_last(path, '/', &folder, &name))
		name = path;
	manifest_add(b, tag, name, content);
	return OK;
}

static bool is_secret(struct arena *a, const struct conf *conf, str path)
{
	for (size_t i = 0; i < conf->oidc_count; i++)
		if (conf->oidc[i].secret.n
		    && str_eq(path, conf_path(a, conf, conf->oidc[i].secret)))
			return true;
	return false;
}

/* Every file of the folder but the TLS files, mac.key and the secrets of [oidc]. */
static err add_signing(struct arena *a, struct buf *b, const struct conf *conf)
{
	str folder = conf_path(a, conf, conf->trust_keys);
	str chain = conf_path(a, conf, conf->tls_certificate);
	str key = conf_path(a, conf, conf->tls_key);
	struct dirent **names;
	int count = scandir(arena_z(a, folder), &names, NULL, alphasort);
	err e = OK;
	for (int i = 0; i < count; i++) {
		str name = arena_copy(a, str_from(names[i]->d_name));
		str path = arena_cat(a, folder, STR("/"), name);
		bool is_file = names[i]->d_type == DT_REG || names[i]->d_type == DT_LNK;
		if (!e.kind && is_file && !str_eq(path, chain) && !str_eq(path, key)
		    && !str_eq(name, STR("mac.key")) && !is_secret(a, conf, path))
			e = add_file(a, b, MANIFEST_KEY, path);
		free(names[i]);
	}
	if (count >= 0)
		free(names);
	return e;
}

/* Without the file that is named nothing could be verified. */
static err add_authorities(struct arena *a, struct buf *b, const struct conf *conf)
{
	enum { FILE_MAX = 4 << 20 };
	str content;
	if (!conf->tls_authorities.n)
		return OK;
	str path = conf_path(a, conf, conf->tls_authorities);
	err e = file_read(a, arena_z(a, path), FILE_MAX, &content);
	if (e.kind)
		return err_in(a, e.kind, "[tls] authorities cannot be read: %s", e.msg);
	manifest_add(b, MANIFEST_AUTHORITIES, STR(""), content);
	return OK;
}

/* What providers would refuse without it. */
static err add_secrets(struct arena *a, struct buf *b, const struct conf *conf)
{
	enum { SECRET_MAX = 512 };
	for (size_t i = 0; i < conf->oidc_count; i++) {
		const struct conf_oidc *p = &conf->oidc[i];
		str content = STR("");
		err e = p->secret.n
				? file_read(a, arena_z(a, conf_path(a, conf, p->secret)),
					    SECRET_MAX, &content)
				: OK;
		if (e.kind)
			return err_in(a, e.kind,
				      "[oidc %.*s] client_secret cannot be read: %s",
				      STR_F(p->name), e.msg);
		manifest_add(b, MANIFEST_OIDC, p->name, str_trim(content));
	}
	return OK;
}

err manifest_add_keys(struct arena *a, struct buf *b, const struct conf *conf,
		      unsigned keys)
{
	if (keys & KEYS_TLS) {
		str chain = conf_path(a, conf, conf->tls_certificate);
		str key = conf_path(a, conf, conf->tls_key);
		TRY(add_file(a, b, MANIFEST_TLS_CHAIN, chain));
		TRY(add_file(a, b, MANIFEST_TLS_KEY, key));
	}
	if (keys & KEYS_MAC) {
		str folder = conf_path(a, conf, conf->trust_keys);
		TRY(add_file(a, b, MANIFEST_KEY, arena_cat(a, folder, STR("/mac.key"))));
	}
	if (keys & KEYS_AUTHORITIES)
		TRY(add_authorities(a, b, conf));
	if (keys & KEYS_OIDC)
		TRY(add_secrets(a, b, conf));
	return keys & KEYS_SIGN ? add_signing(a, b, conf) : OK;
}

err manifest_seal(struct arena *a, const struct buf *b, int *fd)
{
	enum { SEALS = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE };
	int file = memfd_create("postern-manifest", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (file < 0)
		return err_in(a, ERR_IO, "no memory file: %s", strerror(errno));
	err e = file_write_all(a, file, buf_str(b));
	if (!e.kind && fcntl(file, F_ADD_SEALS, SEALS))
		e = err_in(a, ERR_IO, "cannot seal the manifest: %s", strerror(errno));
	if (e.kind)
		close(file);
	else
		*fd = file;
	return e;
}

struct reading {
	struct role *r;
	pid_t supervisor;
	str path, text;
	const char *sets[SETS_MAX];
	size_t set_count;
	struct role_listener *listeners;
	struct role_key *keys;
	str *secrets;
	size_t secret_count;
};

static err take_listener(struct reading *m, str name, str how)
{
	struct role *r = m->r;
	enum listen_kind kind = listen_kind_from(name);
	if (kind == LISTEN_KINDS || r->listener_count == LISTENERS_MAX)
		return FAIL(ERR_SYNTAX, "the manifest names an unknown listening socket");
	m->listeners[r->listener_count] = (struct role_listener){
		FD_LISTEN + (int)r->listener_count, kind, str_eq(how, STR("activated"))
	};
	r->listener_count++;
	return OK;
}

static err take(struct reading *m, unsigned tag, str name, str content)
{
	struct role *r = m->r;
	uint64_t pid;
	switch (tag) {
	case MANIFEST_SUPERVISOR:
		m->supervisor = str_u64(content, &pid) ? (pid_t)pid : 0;
		return OK;
	case MANIFEST_CONF:
		m->path = name;
		m->text = content;
		return OK;
	case MANIFEST_SET:
		if (m->set_count < SETS_MAX)
			m->sets[m->set_count++] = arena_z(r->a, content);
		return OK;
	case MANIFEST_LISTENER:
		return take_listener(m, name, content);
	case MANIFEST_TLS_CHAIN:
		r->tls_chain = content;
		return OK;
	case MANIFEST_TLS_KEY:
		r->tls_key = content;
		return OK;
	case MANIFEST_AUTHORITIES:
		r->authorities = content;
		return OK;
	case MANIFEST_OIDC:
		if (m->secret_count < CONF_PROVIDERS)
			m->secrets[m->secret_count++] = content;
		return OK;
	case MANIFEST_KEY:
		if (r->key_count < KEYS_MAX)
			m->keys[r->key_count++] = (struct role_key){ name, content };
		return OK;
	default:
		return FAIL(ERR_SYNTAX, "the manifest holds an unknown entry");
	}
}

err manifest_read(struct role *r, int fd, pid_t *supervisor)
{
	str rest;
	struct reading m = { .r = r };
	m.listeners = arena_zero(r->a, LISTENERS_MAX * sizeof *m.listeners);
	m.keys = arena_zero(r->a, KEYS_MAX * sizeof *m.keys);
	m.secrets = arena_zero(r->a, CONF_PROVIDERS * sizeof *m.secrets);
	TRY(file_read_fd(r->a, fd, MANIFEST_MAX, &rest));
	while (rest.n) {
		struct head head;
		if (rest.n < sizeof head)
			return FAIL(ERR_SYNTAX, "the manifest ends within an entry");
		memcpy(&head, rest.p, sizeof head);
		rest = str_skip(rest, sizeof head);
		if (head.name > rest.n || head.content > rest.n - head.name)
			return FAIL(ERR_SYNTAX, "the manifest ends within an entry");
		str content = str_first(str_skip(rest, head.name), head.content);
		TRY(take(&m, head.tag, str_first(rest, head.name), content));
		rest = str_skip(rest, head.name + head.content);
	}
	struct conf *conf = arena_zero(r->a, sizeof *conf);
	TRY(conf_parse(r->a, arena_z(r->a, m.path), m.text, m.sets, m.set_count, conf));
	zone_use(&conf->zone);
	r->conf = conf;
	r->listeners = m.listeners;
	r->keys = m.keys;
	r->oidc_secrets = m.secrets;
	*supervisor = m.supervisor;
	return OK;
}
