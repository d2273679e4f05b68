/* What the wall does not call clean does not leave in a letter; what is nowhere else waits
 * here. */
#include "letters.h"

#include "lists/notice.h"
#include "mail/mime.h"

static str text_of(struct books_test *t, str letter)
{
	struct mime m;
	str used;
	BOOKS_MUST(t, mime_parse(t->a, letter, &m));
	const struct mime_part *part = mime_text_part(&m);
	return part ? mime_text(t->a, part, &used) : STR("");
}

static void send_doubted(struct books_test *t, const char *trust, bool only_copy)
{
	CHECK(ok(notice_send(
		&t->books, t->a,
		&(struct notice){
			.name = "sign-in",
			.to = books_box(t, "anna@uni.example"),
			.attached = STR("From: e@e.example\r\n\r\nthe post\r\n"),
			.trust = str_from(trust),
			.only_copy = only_copy })));
}

static void test_doubted(struct books_test *t)
{
	static const struct {
		const char *trust;
		bool goes;
	} cases[] = {
		{ "", true },
		{ "{\"aligned\":true}", true },
		{ "{\"wall\":{\"verdict\":\"clean\"}}", true },
		{ "{\"wall\":{\"verdict\":\"suspicious\",\"signature\":\"x\"}}", false },
		{ "{\"wall\":{\"verdict\":\"not scanned\",\"why\":\"large\"}}", false },
		{ "{\"wall\":{\"verdict\":\"infected\",\"signature\":\"x\"}}", false },
	};
	struct outbound_message m;
	for (size_t i = 0; i < 2 * (sizeof cases / sizeof *cases); i++) {
		bool goes = cases[i / 2].goes, only_copy = i % 2;
		int64_t before = letters(t);
		send_doubted(t, cases[i / 2].trust, only_copy);
		str letter = books_newest(t, &m);
		CHECK(holds(letter, "the post") == goes && !m.frozen);
		CHECK(holds(text_of(t, letter), "not attached") == !goes);
		CHECK(letters(t) == before + (goes || !only_copy ? 1 : 2));
		CHECK(holds(text_of(t, letter), "postern queue show ")
		      == (!goes && only_copy));
	}
	int64_t frozen = books_count(t, "message", "frozen = 1");
	CHECK(frozen == 3
	      && books_count(t, "delivery",
			     "held = 2 AND message IN (SELECT id FROM "
			     "message WHERE frozen = 1)")
			 == 3);
}

int main(void)
{
	ARENA(a);
	struct books_test t = books_make(a);
	test_doubted(&t);
	books_end(&t);
	return check_done();
}
