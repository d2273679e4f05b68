#include "trust/name.h"

bool name_fits(str name)
{
	enum { NAME_SIZE = 253, LABEL_SIZE = 63 };
	size_t label = 0;
	if (!name.n || name.n > NAME_SIZE)
		return false;
	for (size_t i = 0; i < name.n; i++) {
		unsigned char c = (unsigned char)name.p[i];
		if (c == '.') {
			if (!label)
				return false;
			label = 0;
		} else if (c < ' ' || c == 0x7f || c == '\\' || ++label > LABEL_SIZE) {
			return false;
		}
	}
	return label;
}

size_t name_labels(str name)
{
	size_t n = name.n > 0;
	for (size_t i = 0; i < name.n; i++)
		n += name.p[i] == '.';
	return n;
}

str name_parent(str name)
{
	str head, tail = STR_NONE;
	str_cut(name, '.', &head, &tail);
	return tail;
}

str name_last(str name, size_t count)
{
	for (size_t n = name_labels(name); n > count; n--)
		name = name_parent(name);
	return name;
}

bool name_within(str name, str domain)
{
	if (name.n < domain.n || !domain.n)
		return false;
	return str_ieq(str_skip(name, name.n - domain.n), domain)
	       && (name.n == domain.n || name.p[name.n - domain.n - 1] == '.');
}

str name_of_identity(str identity)
{
	str local, domain;
	return str_cut_last(identity, '@', &local, &domain) ? domain : identity;
}
