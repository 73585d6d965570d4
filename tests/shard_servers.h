/* SPDX-License-Identifier: MIT */
/* shard_servers - xapian-tcpsrv on the loopback, and a relay before it that goes wrong when it is
 * told to.
 *
 *     search  ---->  relay, port r  ---->  xapian-tcpsrv, port p, of its own process group
 *
 * A server ends by its own process group only: xapian-tcpsrv sends SIGTERM to the whole of it.
 */
#ifndef QUERN_TESTS_SHARD_SERVERS_H
#define QUERN_TESTS_SHARD_SERVERS_H

#include <stdint.h>
#include <sys/types.h>

typedef struct shard_server {
    char dir[4300]; /* of the database */
    int port;
    pid_t pid;
} shard_server;

/* Starts a server of the database in `dir`/glass and waits until it listens. Returns 0, or -1 where
 * there is no xapian-tcpsrv. */
int shard_server_start(shard_server *s, const char *dir);
/* Ends it (SIGKILL) and waits for it; nothing where it does not run. */
void shard_server_end(shard_server *s);
/* Starts it again on its port. */
void shard_server_restart(shard_server *s);
/* Stops or continues it with all its children. */
void shard_server_signal(const shard_server *s, int number);

/* What a relay does with what the server says. */
typedef enum relay_fault {
    RELAY_NONE,
    RELAY_SILENT,  /* passes nothing on any more */
    RELAY_CLOSED,  /* closes the connection */
    RELAY_GARBAGE, /* sends random bytes in its place */
    RELAY_FLOOD,   /* sends a message without an end, as fast as it can */
    RELAY_SLOW,    /* passes pieces of a few bytes on, with waits between them */
    RELAY_LATE     /* passes each piece on, after a wait */
} relay_fault;

/* Shared with the processes of the relay: can be changed at any time. */
typedef struct relay_orders {
    volatile relay_fault fault;
    volatile uint32_t after; /* bytes from the server that go through first */
    volatile uint32_t wait_ms;
} relay_orders;

typedef struct relay {
    int port;
    pid_t pid;
    relay_orders *orders;
} relay;

void relay_start(relay *r, int server_port);
void relay_end(relay *r);

#endif
