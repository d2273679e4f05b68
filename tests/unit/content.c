/* What a list takes out of a post and adds to it, through all of post's own steps. */
#include "books.h"

#include "lists/decide.h"
#include "lists/moderate.h"
#include "store/lists/held.h"

#define DEV  "dev@lists.example"
#define ANNA "anna@uni.example"
#define HEAD(id)                                                          \
	"From: " ANNA "\r\nTo: " DEV "\r\nSubject: s\r\nMessage-ID: <" id \
	"@x>\r\nMIME-Version: 1.0\r\n"
#define MIXED(id)                                                                \
	HEAD(id)                                                                 \
	"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: " \
	"text/plain"                                                             \
	"\r\n\r\nhello\r\n--x\r\nContent-Type: a/b; name=a.exe\r\n\r\nMZ "       \
	"octets\r\n--x--\r\n"
#define IMAGE(id) HEAD(id) "Content-Type: image/gif\r\n\r\nGIF\r\n"

static void arrives(struct books_test *t, const char *message)
{
	CHECK(ok(books_arrives(t, ANNA, DEV, str_from(message))));
}

static int64_t count(struct books_test *t, const char *kind, const char *like)
{
	return books_count(
		t, "message",
		arena_z(t->a, arena_printf(t->a, "kind = '%s' AND %s", kind, like)));
}

static void test_filter(struct books_test *t)
{
	struct outbound_message m;
	books_set(t, DEV, "filter_content", "yes");
	books_set(t, DEV, "filter_extensions", "exe");
	books_set(t, DEV, "filter_types", "image");
	arrives(t, MIXED("1"));
	str body = books_newest(t, &m);
	CHECK(str_eq(m.kind, STR("post")) && holds(body, "hello\r\n")
	      && !holds(body, "octets"));
	CHECK(holds(body, "X-Content-Filtered-By: Postern: \"a.exe\" (the list takes no "
			  ".exe)\r\n"));
	CHECK(holds(books_noted(t, "accepted"),
		    "; taken out: \"a.exe\" (the list takes no .exe); from: "));
	/* The archive has what the list took; the same post again is known nevertheless. */
	arrives(t, MIXED("1"));
	CHECK(count(t, "post", "1") == 1);
	CHECK(holds(books_noted(t, "discarded"), "duplicate: discard (this very post"));
}

static void test_actions(struct books_test *t)
{
	static const struct {
		const char *action, *message, *noted, *what;
		int held, told, had; /* held posts; moderators told; owners who have it */
	} actions[] = {
		{ "discard", IMAGE("a"), "discarded",
		  "content: discard (nothing of it is left: image/gif", 0, 0, 0 },
		{ "reject", IMAGE("b"), "rejected", "content: reject", 0, 0, 0 },
		{ "hold", IMAGE("c"), "held", "content: hold", 1, 1, 0 },
		{ "preserve", IMAGE("d"), "held", "content: hold", 1, 0, 0 },
		{ "forward", IMAGE("e"), "discarded", "content: discard", 0, 0, 1 },
	};
	for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
		int64_t held = books_count(t, "held", "1");
		int64_t told = count(t, "notice", "source LIKE '%/held/%'");
		int64_t had = count(t, "notice",
				    "source LIKE '%/content/olga@uni.example'");
		books_set(t, DEV, "filter_action", actions[i].action);
		arrives(t, actions[i].message);
		CHECK(holds(books_noted(t, actions[i].noted), actions[i].what));
		CHECK(books_count(t, "held", "1") == held + actions[i].held);
		CHECK(count(t, "notice", "source LIKE '%/held/%'")
		      == told + actions[i].told);
		CHECK(count(t, "notice", "source LIKE '%/content/olga@uni.example'")
		      == had + actions[i].had);
	}
	CHECK(count(t, "post", "1") == 1);
	struct outbound_message m;
	CHECK(holds(books_newest(t, &m), "GIF\r\n")); /* the owners have all of it */
}

/* Whom a moderator lets pass passes as it is. */
static void test_let_pass(struct books_test *t)
{
	struct held_row *h;
	size_t n;
	struct outbound_message m;
	struct actor olga = { .name = STR("olga@uni.example") };
	BOOKS_MUST(t, held_waiting(t->books.lists, t->a, 0, 0, 10, &h, &n));
	CHECK(n == 2 && ok(held_accept(&t->books, t->a, h[0].id, &olga)));
	CHECK(holds(books_newest(t, &m), "Content-Type: image/gif\r\n")
	      && str_eq(m.kind, STR("post")));
}

static void test_words(struct books_test *t)
{
	struct outbound_message m;
	books_set(t, DEV, "filter_content", "no");
	books_set(t, DEV, "msg_footer", "____\n%(list_name)s, $archive_url");
	arrives(t, HEAD("w") "DKIM-Signature: v=1\r\n\r\nhello\r\n");
	str body = books_newest(t, &m);
	CHECK(holds(body,
		    "\r\n\r\nhello\r\n____\r\ndev, https://lists.example/lists/dev/"));
	CHECK((size_t)m.size == body.n);
	CHECK(holds(
		books_noted(t, "accepted"),
		"; header and footer: in the text (signatures over the author's text"));
	int64_t posts = count(t, "post", "1");
	arrives(t,
		HEAD("w") "DKIM-Signature: v=1\r\n\r\nhello\r\n"); /* as the archive has it */
	CHECK(count(t, "post", "1") == posts);
	books_set(t, DEV, "msg_footer",
		  "gr\xc3\xbc\xc3\x9f"
		  "e");
	arrives(t, HEAD("v") "\r\nhello\r\n");
	CHECK(holds(books_newest(t, &m), "gr\xc3\xbc\xc3\x9f"
					 "e\r\n")
	      && m.eightbit);
	books_set(t, DEV, "dmarc_mitigate_action", "wrap_message");
	books_set(t, DEV, "dmarc_mitigate_unconditionally", "yes");
	arrives(t, HEAD("u") "\r\nhello\r\n");
	CHECK(str_ends(books_newest(t, &m), STR("\r\n\r\nhello\r\n")));
	CHECK(holds(books_noted(t, "accepted"),
		    "; header and footer: left out: the post is inside, untouched; from: "
		    "the list's"));
}

int main(void)
{
	ARENA(a);
	struct books_test t = books_make(a);
	const struct list_entry *dev = books_list(&t, DEV);
	books_member(&t, dev, ANNA);
	books_member(&t, dev, "bob@lab.example");
	books_role(&t, dev, "olga@uni.example", "owner");
	test_filter(&t);
	test_actions(&t);
	test_let_pass(&t);
	test_words(&t);
	books_end(&t);
	return check_done();
}
