#include "mail/received.h"

#include "mail/lex.h"

enum { VALUE_MAX = 4096, ADDRESS_MAX = 64 }; /* longer is nobody's trace field */

/* What stands between "from" and "by". */
struct from {
	str name; /* the word behind "from": HELO for some, the name in DNS for others */
	str helo; /* named as such in a comment */
	str address;
	bool commented, said_helo;
};

/* ---- addresses */

static bool is_address(str text)
{
	struct net_addr unused;
	return text.n && text.n < ADDRESS_MAX && !net_parse_ip(text, &unused).kind;
}

/* An IPv6 address may bear a tag or the interface it came by. */
static str bare(str text)
{
	str zone;
	if (str_istarts(text, STR("IPv6:")))
		text = str_skip(text, 5);
	str_cut(text, '%', &text, &zone);
	return text;
}

/* "[192.0.2.1]", "[192.0.2.1]:4711", "[IPv6:2001:db8::1]", "192.0.2.1". */
static bool read_address(str word, str *address)
{
	str inside, behind;
	if (str_starts(word, STR("["))) {
		if (!str_cut(str_skip(word, 1), ']', &inside, &behind)
		    || (behind.n && behind.p[0] != ':' && behind.p[0] != ','))
			return false;
		word = inside;
	}
	*address = bare(word);
	return is_address(*address);
}

/* ---- comments */

static bool is_space(char c)
{
	return lex_is(c, LEX_WSP);
}

/* The next word of a comment; those within a comment of its own are passed over. */
static bool next_word(str *rest, str *word)
{
	size_t i = 0, from, depth = 0;
	for (; i < rest->n; i++) {
		char c = rest->p[i];
		if (c == '(')
			depth++;
		else if (c == ')' && depth)
			depth--;
		else if (!depth && !is_space(c))
			break;
	}
	for (from = i; i < rest->n && !is_space(rest->p[i]) && rest->p[i] != '('; i++)
		;
	*word = str_first(str_skip(*rest, from), i - from);
	*rest = str_skip(*rest, i);
	return word->n > 0;
}

/* qmail puts what the client's ident server said before the address. */
static str behind_at(str word)
{
	str user, host;
	return str_cut_last(word, '@', &user, &host) ? host : word;
}

/* What the client says of itself ("helo=…", "HELO …", "ident=…") is no address
 * of it, and its ident, which may say anything, stands before what the server saw: the
 * last address counts. */
static bool read_comment(str text, struct from *f)
{
	str word, address, found = STR_NONE, name, value;
	bool names_helo = false;
	while (next_word(&text, &word)) {
		if (names_helo) {
			f->helo = word;
			f->said_helo = true;
			names_helo = false;
		} else if (str_ieq(word, STR("HELO")) || str_ieq(word, STR("EHLO"))) {
			names_helo = true;
		} else if (str_cut(word, '=', &name, &value)) {
			if (str_ieq(name, STR("helo"))) {
				f->helo = value;
				f->said_helo = true;
			}
		} else if (read_address(behind_at(word), &address)) {
			found = address;
		}
	}
	if (found.n)
		f->address = found;
	return found.n > 0;
}

/* Takes a comment off the front: what stands between its outer brackets. One that has no
 * end reaches to the end of the field. */
static str take_comment(str *rest)
{
	size_t depth = 0, i = 0;
	for (; i < rest->n; i++) {
		if (rest->p[i] == '\\' && i + 1 < rest->n)
			i++;
		else if (rest->p[i] == '(')
			depth++;
		else if (rest->p[i] == ')' && --depth == 0)
			break;
	}
	str inside = str_first(str_skip(*rest, 1), i - 1);
	*rest = str_skip(*rest, i + 1);
	return inside;
}

/* ---- the field */

/* The next word or comment of the field; a semicolon separates (some write one before
 * "by", all before the date). */
static bool next_piece(str *rest, str *piece, bool *comment)
{
	size_t i = 0;
	while (i < rest->n && (is_space(rest->p[i]) || rest->p[i] == ';'))
		i++;
	*rest = str_skip(*rest, i);
	if (!rest->n)
		return false;
	*comment = rest->p[0] == '(';
	if (*comment) {
		*piece = take_comment(rest);
		return true;
	}
	for (i = 0; i < rest->n && !is_space(rest->p[i]) && !strchr(";(", rest->p[i]);)
		i++;
	i += !i; /* a NUL, which strchr finds everywhere */
	*piece = str_first(*rest, i);
	*rest = str_skip(*rest, i);
	return true;
}

/* Up to the word behind "by". A name that stands in an address's place is the address
 * where no comment has one (Exim, of a client without a name in DNS). */
static void read_hop(str rest, struct from *f, str *by)
{
	str piece;
	bool comment;
	while (next_piece(&rest, &piece, &comment)) {
		if (comment) {
			f->commented = true;
			if (!f->address.n)
				read_comment(piece, f);
		} else if (str_ieq(piece, STR("by"))) {
			if (next_piece(&rest, &piece, &comment) && !comment)
				*by = piece;
			break;
		}
	}
	if (!f->address.n && str_starts(f->name, STR("["))
	    && (f->said_helo || !f->commented) && !read_address(f->name, &f->address))
		f->address = STR_NONE;
}

static void read_note(str comment, struct received *out)
{
	if (str_starts(comment, STR("qmail "))
	    && str_ends(comment, STR("invoked from network")))
		out->kind = RECEIVED_NOTE;
}

void received_read(str value, struct received *out)
{
	struct from f = { 0 };
	str rest = value, piece;
	bool comment;
	*out = (struct received){ .kind = RECEIVED_HERE };
	if (value.n > VALUE_MAX || !next_piece(&rest, &piece, &comment))
		return;
	if (comment) {
		read_note(piece, out);
		return;
	}
	if (str_ieq(piece, STR("by"))) {
		if (next_piece(&rest, &piece, &comment) && !comment)
			out->by = piece;
		return;
	}
	if (!str_ieq(piece, STR("from")) || !next_piece(&rest, &f.name, &comment)
	    || comment)
		return;
	read_hop(rest, &f, &out->by);
	out->helo = f.said_helo ? f.helo : f.name;
	if (f.address.n && !net_parse_ip(f.address, &out->client).kind)
		out->kind = RECEIVED_FROM;
}
