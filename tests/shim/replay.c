/* tests/shim/replay.c: rebuilds a folder as a power cut would have left it.
 *
 *     replay LOG BASE OUT CUT SEED FOLDER
 *
 * LOG was recorded by powercut.so; BASE is a copy of the folder from before, all of it
 * on the disk; FOLDER is the name it had. The first CUT records happened; then the power
 * went. What a completed sync covers is there. Of the rest, by chance: each write is
 * there, is not, or is torn at 512 octets; of the changes to a folder's names that were
 * not synced, the first few are there. SEED decides; a seed divisible by three drops all
 * that was not synced. */
#include "powercut.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/map.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { SECTOR = 512 };

struct change { /* to a file's content, or to a folder's names */
	uint64_t seq;
	enum powercut_kind kind;
	int64_t offset;
	str path, data;
	struct node *node;
};

struct node { /* a file or a folder */
	bool folder;
	struct buf content; /* what is on the disk */
	struct change *waiting;
	size_t count, room;
	struct node *next; /* of all */
};

static struct arena *memory;
static struct map by_inode, live, disk; /* inode, path, path on the disk -> node */
static struct node *nodes;
static str folder; /* FOLDER */
static uint64_t chance;

static uint64_t random_next(void)
{
	uint64_t z = chance += 0x9e3779b97f4a7c15u;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static void die(const char *what, str path)
{
	fprintf(stderr, "replay: %s %.*s\n", what, STR_F(path));
	exit(2);
}

static str inode_key(const uint64_t *inode)
{
	return (str){ (const char *)inode, sizeof *inode };
}

static struct node *node_new(bool is_folder)
{
	struct node *n = arena_zero(memory, sizeof *n);
	n->folder = is_folder;
	n->next = nodes;
	nodes = n;
	return n;
}

static str parent_of(str path)
{
	str head = path, tail;
	str_cut_last(path, '/', &head, &tail);
	return head;
}

static void wait_for_sync(struct node *n, struct change c)
{
	if (n->count == n->room) {
		n->room = n->room ? n->room * 2 : 16;
		struct change *more = arena_alloc(memory, n->room * sizeof *more);
		if (n->count)
			memcpy(more, n->waiting, n->count * sizeof *more);
		n->waiting = more;
	}
	n->waiting[n->count++] = c;
}

static void put(struct buf *b, int64_t at, str data)
{
	size_t end = (size_t)at + data.n;
	if (end > b->n) {
		memset(buf_room(b, end - b->n), 0, end - b->n);
		b->n = end;
	}
	if (data.n)
		memcpy(b->p + at, data.p, data.n);
}

static void put_torn(struct buf *b, int64_t at, str data)
{
	while (data.n) {
		size_t n = SECTOR - (size_t)at % SECTOR;
		if (random_next() % 2)
			put(b, at, str_first(data, n));
		at += (int64_t)n;
		data = str_skip(data, n);
	}
}

/* map has no removal: a name that is gone points at the map itself. */
static struct node *node_at(const struct map *names, str path)
{
	void *n = map_get(names, path);
	return n == names ? NULL : n;
}

static void drop(struct map *names, str path)
{
	map_set(names, path, names);
}

static void apply(struct node *n, const struct change *c)
{
	switch (c->kind) {
	case CUT_WRITE:
		put(&n->content, c->offset, c->data);
		break;
	case CUT_TRUNCATE:
		if ((size_t)c->offset < n->content.n)
			n->content.n = (size_t)c->offset;
		else
			put(&n->content, c->offset, STR_NONE);
		break;
	case CUT_CREATE:
	case CUT_MKDIR:
		map_set(&disk, c->path, c->node);
		break;
	case CUT_UNLINK:
		drop(&disk, c->path);
		break;
	case CUT_RENAME:
		drop(&disk, c->path);
		map_set(&disk, c->data, c->node);
		break;
	case CUT_SYNC_BEGIN:
	case CUT_SYNC_END:
	case CUT_MARK:
		break;
	}
}

static void reach_disk(struct node *n, uint64_t before)
{
	size_t kept = 0;
	for (size_t i = 0; i < n->count; i++)
		if (n->waiting[i].seq < before)
			apply(n, &n->waiting[i]);
		else
			n->waiting[kept++] = n->waiting[i];
	n->count = kept;
}

static struct node *node_of(uint64_t inode, str path)
{
	struct node *n = map_get(&by_inode, inode_key(&inode));
	if (!n)
		n = node_at(&live, path);
	if (!n)
		die("a file that nobody made:", path);
	map_set(&by_inode, inode_key(&inode), n);
	return n;
}

static struct node *folder_of(str path)
{
	struct node *n = node_at(&live, parent_of(path));
	if (!n)
		die("a folder that nobody made, of", path);
	return n;
}

static void make(uint64_t inode, struct change c)
{
	c.node = node_new(c.kind == CUT_MKDIR);
	map_set(&by_inode, inode_key(&inode), c.node);
	map_set(&live, c.path, c.node);
	wait_for_sync(folder_of(c.path), c);
}

/* Takes in one record; begins: seq of each sync that began. */
static void take_in(const struct powercut_record *r, struct change c, struct map *begins)
{
	uint64_t *begin;
	switch (c.kind) {
	case CUT_WRITE:
	case CUT_TRUNCATE:
		wait_for_sync(node_of(r->file, c.path), c);
		break;
	case CUT_CREATE:
	case CUT_MKDIR:
		make(r->file, c);
		break;
	case CUT_RENAME:
		c.node = node_of(r->file, c.path);
		map_set(&live, c.data, c.node);
		drop(&live, c.path);
		wait_for_sync(folder_of(c.data), c);
		break;
	case CUT_UNLINK:
		drop(&live, c.path);
		wait_for_sync(folder_of(c.path), c);
		break;
	case CUT_SYNC_BEGIN:
		begin = arena_alloc(memory, sizeof *begin);
		*begin = c.seq;
		map_set(begins, inode_key(&r->ref), begin);
		break;
	case CUT_SYNC_END:
		begin = map_get(begins, inode_key(&r->ref));
		if (begin)
			reach_disk(node_of(r->file, c.path), *begin);
		break;
	case CUT_MARK:
		break;
	}
}

/* The power goes: the rest by chance. */
static void lose(struct node *n, bool all)
{
	size_t names = n->count ? random_next() % (n->count + 1) : 0;
	for (size_t i = 0; i < n->count && !all; i++) {
		const struct change *c = &n->waiting[i];
		uint64_t fate = random_next() % 4;
		if (n->folder ? i < names : fate < 2)
			apply(n, c);
		else if (!n->folder && fate == 2 && c->kind == CUT_WRITE)
			put_torn(&n->content, c->offset, c->data);
	}
	n->count = 0;
}

static const char *base;

static int load_one(const char *path, const struct stat *s, int type, struct FTW *at)
{
	(void)at;
	str name = arena_cat(memory, folder, str_skip(str_from(path), strlen(base)));
	struct node *n = node_new(type == FTW_D);
	str content = STR_NONE;
	if (type == FTW_F
	    && file_read(memory, path, (size_t)s->st_size + 1, &content).kind)
		die("cannot read", str_from(path));
	buf_add(&n->content, content);
	map_set(&live, name, n);
	map_set(&disk, name, n);
	return 0;
}

static void read_log(const char *path, uint64_t cut)
{
	str log;
	struct map begins = { 0 };
	const char *name, *data;
	const struct powercut_record *r;
	size_t at = 0;
	if (file_read(memory, path, (size_t)1 << 32, &log).kind)
		die("cannot read", str_from(path));
	for (uint64_t seq = 0; seq < cut; seq++) {
		if (!(r = powercut_next(log.p, log.n, &at, &name, &data)))
			break;
		take_in(r,
			(struct change){ .seq = seq,
					 .kind = (enum powercut_kind)r->kind,
					 .offset = r->offset,
					 .path = { name, r->path },
					 .data = { data, r->data } },
			&begins);
	}
	map_free(&begins);
}

/* Its folders are there as well, up to the top. */
static bool reachable(str path)
{
	while (path.n > folder.n) {
		path = parent_of(path);
		struct node *n = node_at(&disk, path);
		if (!n || !n->folder)
			return false;
	}
	return true;
}

static void write_files(str out)
{
	for (struct map_slot *s = NULL; (s = map_next(&disk, s));) {
		struct node *n = node_at(&disk, s->key);
		if (!n || n->folder || !reachable(s->key))
			continue;
		const char *path = arena_z(
			memory, arena_cat(memory, out, str_skip(s->key, folder.n)));
		FD_AUTO fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
		if (fd < 0 || file_write_all(memory, fd, buf_str(&n->content)).kind)
			die("cannot write", str_from(path));
	}
}

/* Parents first. */
static void make_folders(str out)
{
	for (size_t depth = folder.n; depth < 4096; depth++)
		for (struct map_slot *s = NULL; (s = map_next(&disk, s));) {
			struct node *n = node_at(&disk, s->key);
			if (n && n->folder && s->key.n == depth && reachable(s->key))
				mkdir(arena_z(memory,
					      arena_cat(memory, out,
							str_skip(s->key, folder.n))),
				      0755);
		}
}

int main(int argc, char **argv)
{
	if (argc != 7) {
		fprintf(stderr, "usage: replay LOG BASE OUT CUT SEED FOLDER\n");
		return 2;
	}
	memory = arena_new();
	uint64_t seed = strtoull(argv[5], NULL, 10);
	base = argv[2];
	folder = str_from(argv[6]);
	chance = seed;
	if (nftw(base, load_one, 16, FTW_PHYS))
		die("cannot walk", str_from(base));
	read_log(argv[1], strtoull(argv[4], NULL, 10));
	for (struct node *n = nodes; n; n = n->next)
		lose(n, seed % 3 == 0);
	make_folders(str_from(argv[3]));
	write_files(str_from(argv[3]));
	return 0;
}
