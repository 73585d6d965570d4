/* SPDX-License-Identifier: MIT */
/* shard_servers - see shard_servers.h. A relay is a process that forks one more for each
 * connection. */
#include "tests/shard_servers.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { PIECE = 65536, TRIES = 500 };

static void die(const char *what)
{
    perror(what);
    exit(2);
}

static void pause_ms(uint32_t ms)
{
    struct timespec t = {ms / 1000, (long)(ms % 1000) * 1000000};
    nanosleep(&t, NULL);
}

static struct sockaddr_in loopback(int port)
{
    struct sockaddr_in at;
    memset(&at, 0, sizeof at);
    at.sin_family = AF_INET;
    at.sin_port = htons((uint16_t)port);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return at;
}

/* A socket that listens on a port that the system chooses. */
static int listen_somewhere(int *port)
{
    struct sockaddr_in at = loopback(0);
    socklen_t len = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) || listen(fd, 16) ||
        getsockname(fd, (struct sockaddr *)&at, &len)) {
        die("listen");
    }
    *port = ntohs(at.sin_port);
    return fd;
}

static int connect_to(int port)
{
    struct sockaddr_in at = loopback(port);
    int one = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof at)) {
        close(fd);
        return -1;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return fd;
}

/* ---- Servers ---- */

static int spawn_server(shard_server *s)
{
    char port[16];
    char path[4400];
    posix_spawnattr_t how;
    snprintf(port, sizeof port, "%d", s->port);
    snprintf(path, sizeof path, "%s/glass", s->dir);
    char *const arguments[] = {(char[]){"xapian-tcpsrv"},
                               (char[]){"--quiet"},
                               (char[]){"--interface"},
                               (char[]){"127.0.0.1"},
                               (char[]){"--port"},
                               port,
                               path,
                               NULL};
    posix_spawnattr_init(&how);
    posix_spawnattr_setflags(&how, POSIX_SPAWN_SETPGROUP);
    int error = posix_spawnp(&s->pid, arguments[0], NULL, &how, arguments, environ);
    posix_spawnattr_destroy(&how);
    if (error) {
        s->pid = 0;
    }
    return error;
}

static int is_up(const shard_server *s)
{
    for (int i = 0; i < TRIES; i++) {
        int fd = connect_to(s->port);
        if (fd >= 0) {
            close(fd);
            return 1;
        }
        if (waitpid(s->pid, NULL, WNOHANG) == s->pid) {
            return 0; /* the port was taken meanwhile */
        }
        pause_ms(10);
    }
    return 0;
}

int shard_server_start(shard_server *s, const char *dir)
{
    memset(s, 0, sizeof *s);
    snprintf(s->dir, sizeof s->dir, "%s", dir);
    for (int i = 0; i < 20; i++) {
        close(listen_somewhere(&s->port));
        int error = spawn_server(s);
        if (error == ENOENT) {
            return -1;
        }
        if (error == 0 && is_up(s)) {
            return 0;
        }
    }
    die("xapian-tcpsrv");
    return -1;
}

void shard_server_signal(const shard_server *s, int number)
{
    if (s->pid > 0) {
        kill(-s->pid, number);
    }
}

void shard_server_end(shard_server *s)
{
    if (s->pid > 0) {
        kill(-s->pid, SIGKILL);
        waitpid(s->pid, NULL, 0);
        s->pid = 0;
    }
}

void shard_server_restart(shard_server *s)
{
    shard_server_end(s);
    for (int i = 0; i < TRIES; i++) {
        if (spawn_server(s) == 0 && is_up(s)) {
            return;
        }
        pause_ms(20);
    }
    die("xapian-tcpsrv");
}

/* ---- Relays ---- */

static int send_all(int fd, const unsigned char *data, size_t len)
{
    while (len > 0) {
        ssize_t n = send(fd, data, len, MSG_NOSIGNAL);
        if (n <= 0) {
            return -1;
        }
        data += n;
        len -= (size_t)n;
    }
    return 0;
}

static void send_garbage(int fd, size_t n, unsigned seed)
{
    unsigned char noise[4096];
    while (n-- > 0) {
        for (size_t i = 0; i < sizeof noise; i++) {
            seed = seed * 1103515245u + 12345u;
            noise[i] = (unsigned char)(seed >> 16);
        }
        if (send_all(fd, noise, sizeof noise)) {
            return;
        }
    }
}

static void send_flood(int fd)
{
    /* a type, and a length of many bytes in Xapian's coding: 255, then groups of seven bits, the
     * last with its top bit */
    static const unsigned char head[] = {0, 255, 127, 127, 127, 255};
    static const unsigned char zeros[PIECE];
    if (send_all(fd, head, sizeof head)) {
        return;
    }
    while (send_all(fd, zeros, sizeof zeros) == 0) {
    }
}

/* What the server said. Returns -1 where the connection is to be closed. */
static int pass_on(const relay_orders *orders, int fd, const unsigned char *data, size_t len,
                   uint64_t *passed)
{
    relay_fault fault = orders->fault;
    uint64_t after = orders->after;
    size_t before = fault == RELAY_NONE               ? len
                    : *passed >= after                ? 0
                    : len < (size_t)(after - *passed) ? len
                                                      : (size_t)(after - *passed);
    *passed += before;
    if (send_all(fd, data, before)) {
        return -1;
    }
    data += before;
    len -= before;
    if (len == 0 || fault == RELAY_SILENT) {
        return 0;
    }
    switch (fault) {
    case RELAY_GARBAGE:
        send_garbage(fd, 1 + (size_t)(after % 64), (unsigned)after);
        return 0;
    case RELAY_FLOOD:
        send_flood(fd);
        return -1;
    case RELAY_SLOW:
        for (; len > 0; data += 4, len -= len < 4 ? len : 4) {
            pause_ms(orders->wait_ms);
            if (send_all(fd, data, len < 4 ? len : 4)) {
                return -1;
            }
        }
        return 0;
    case RELAY_LATE:
        pause_ms(orders->wait_ms);
        return send_all(fd, data, len);
    default:
        return -1;
    }
}

__attribute__((noreturn)) static void serve(const relay_orders *orders, int client, int port)
{
    static unsigned char piece[PIECE];
    uint64_t passed = 0;
    int server = connect_to(port);
    struct pollfd both[2] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
    while (server >= 0 && poll(both, 2, -1) > 0) {
        if (both[0].revents) {
            ssize_t n = recv(client, piece, sizeof piece, 0);
            if (n <= 0 || send_all(server, piece, (size_t)n)) {
                break;
            }
        }
        if (both[1].revents) {
            ssize_t n = recv(server, piece, sizeof piece, 0);
            if (n <= 0 || pass_on(orders, client, piece, (size_t)n, &passed)) {
                break;
            }
        }
    }
    _exit(0);
}

void relay_start(relay *r, int server_port)
{
    int fd = listen_somewhere(&r->port);
    r->orders =
        mmap(NULL, sizeof *r->orders, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (r->orders == MAP_FAILED) {
        die("mmap");
    }
    fflush(NULL);
    r->pid = fork();
    if (r->pid < 0) {
        die("fork");
    }
    if (r->pid > 0) {
        setpgid(r->pid, r->pid);
        close(fd);
        return;
    }
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGCHLD, SIG_IGN);
    for (;;) {
        int one = 1;
        int client = accept(fd, NULL, NULL);
        if (client >= 0 && fork() == 0) {
            close(fd);
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
            serve(r->orders, client, server_port);
        }
        close(client);
    }
}

void relay_end(relay *r)
{
    if (r->pid > 0) {
        kill(-r->pid, SIGKILL);
        waitpid(r->pid, NULL, 0);
        munmap(r->orders, sizeof *r->orders);
        r->pid = 0;
    }
}
