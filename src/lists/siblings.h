/* lists/siblings.h: lists of this server whose members a post reaches once, as Mailman 2
 * has them. What a list's settings name is honoured for a post at hand:
 *
 *     regular_exclude_lists   members of such a list, where the post is addressed to it, too,
 *                             have it from there
 *     regular_include_lists   members of such a list, where the post is not addressed to it,
 *                             get a copy from here, with the return path and the way out of
 *                             their own membership
 *
 * and whoever asked for no second copy has one of a post that came to several lists at once. */
#pragma once

#include "lists/steps.h"
#include "store/outbound/message.h"

/* Fills out->audience with the lists that have the post, too. */
MUST_USE err siblings_look(struct books *books, struct arena *a, struct outgoing *out);

/* The copies to the members of lists that are included: like m, and the text that leaves.
 * Each list is a message of its own, idempotent by its source. out->audience then names
 * among those elsewhere the list itself and those that are included. */
MUST_USE err siblings_send(struct books *books, struct arena *a, struct outgoing *out,
			   const struct outbound_message *m, str text);
