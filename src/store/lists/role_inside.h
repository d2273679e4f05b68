/* store/lists/role_inside.h: which roles a person has on a list, for statements that ask it of one
 * person or of many. */
#pragma once

/* ROLE_ bits; list and person: columns or parameters of the statement around. */
#define ROLE_BITS(list, person)                                                          \
	"((SELECT coalesce(max(r.role = 'owner'), 0) "                                   \
	"+ 2 * coalesce(max(r.role = 'moderator'), 0) "                                  \
	"FROM role r JOIN address x ON x.id = r.address "                                \
	"WHERE r.list = " list " AND x.person = " person                                 \
	" AND x.verified_at > 0) + 4 * EXISTS (SELECT 1 FROM list l "                    \
	"JOIN domain_owner o ON o.domain = l.domain JOIN address y ON y.id = o.address " \
	"WHERE l.id = " list " AND y.person = " person " AND y.verified_at > 0))"
