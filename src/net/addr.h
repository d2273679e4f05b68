/* net/addr.h: Internet addresses, networks, listening and dialling.
 *
 *     struct net_addr at;
 *     TRY(net_parse(a, STR("[::1]:2525"), &at));
 *     TRY(net_listen(a, &at, &fd));
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

#include <sys/socket.h>

struct net_addr {
	struct sockaddr_storage ss;
	socklen_t len;
};

struct net_block { /* a network: the first bits of an address */
	struct net_addr addr;
	unsigned bits;
};

/* "192.0.2.1:25" or "[2001:db8::1]:25"; never a name.
 * ERR_SYNTAX: says what would be right. */
MUST_USE err net_parse(struct arena *a, str text, struct net_addr *addr);

/* The same without a port: "192.0.2.1", "2001:db8::1". */
MUST_USE err net_parse_ip(str text, struct net_addr *addr);

/* "192.0.2.0/24", "2001:db8::/32", or one address. */
MUST_USE err net_parse_block(str text, struct net_block *block);
bool net_in_block(const struct net_block *block, const struct net_addr *addr);

/* Whether it can be somebody's in the Internet: not private, loopback, link-local,
 * multicast, reserved or a disguise of such an IPv4 address (RFC 6890). */
bool net_is_public(const struct net_addr *addr);

/* "192.0.2.1" or "2001:db8::1"; an IPv4-mapped IPv6 address is shown as IPv4,
 * the peer of a Unix socket as "local". */
str net_ip_text(struct arena *a, const struct net_addr *addr);
str net_text(struct arena *a, const struct net_addr *addr); /* with port */
unsigned net_port(const struct net_addr *addr);
void net_set_port(struct net_addr *addr, unsigned port);
bool net_is_v6(const struct net_addr *addr); /* and not IPv4-mapped */

/* The address itself in network order: 4 octets (also of an IPv4-mapped IPv6
 * address) or 16; 0 for what is no Internet address, as a Unix socket's. */
size_t net_octets(const struct net_addr *addr, unsigned char octets[static 16]);

/* The address with all but its first bits 0: what limits are counted by. */
struct net_addr net_prefix(const struct net_addr *addr, unsigned v4_bits,
			   unsigned v6_bits);

/* A listening socket, close-on-exec, non-blocking, SO_REUSEADDR; "[::]" is
 * IPv6 alone. A stale Unix socket is replaced, one that answers is not.
 * ERR_IO: names the address and the system's reason. */
MUST_USE err net_listen(struct arena *a, const struct net_addr *at, int *fd);
MUST_USE err net_listen_unix(struct arena *a, const char *path, unsigned mode, int *fd);

/* Connects by the deadline (clock_mono_ms). The descriptor is non-blocking with
 * TCP_NODELAY. ERR_TEMP: refused, unreachable or too slow; the text says which. */
MUST_USE err net_dial(struct arena *a, const struct net_addr *to, int64_t deadline,
		      int *fd);
MUST_USE err net_dial_unix(struct arena *a, const char *path, int64_t deadline, int *fd);

/* Waits until fd is ready for poll's events (or broken: the call that follows
 * says so). False: the deadline (clock_mono_ms) passed. */
bool net_wait(int fd, short events, int64_t deadline);
