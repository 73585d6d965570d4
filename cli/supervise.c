/* SPDX-License-Identifier: MIT */
/* supervise - see supervise.h.
 *
 * The child is a fork of this process, which has neither threads nor an open index yet. It tells
 * through a pair of sockets how it went: one quern_error, whose status is OK where it has the
 * answer. It shows the answer only when it is told to, so that no half of one is on the screen
 * where its time was over at that moment. It leaves by _exit, since threads that wait for a dead
 * machine may still be in a library whose destructors exit would run. It ends with its parent.
 */
#include "cli/supervise.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/message.h"
#include "cli/progress.h"

enum { ATTEMPTS = 3, SHARE = 2 /* an attempt but the last has this part of what is left */ };

typedef struct child {
    pid_t pid;
    int fd; /* what it says */
} child;

__attribute__((noreturn)) static void run_child(const quern_supervised *what,
                                                const quern_attempt *attempt, int fd)
{
    quern_error err = {QUERN_OK, 0, 0, "", ""};
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    quern_status status = what->ask(attempt, what->payload, &err);
    err.status = status;
    signal(SIGPIPE, SIG_DFL); /* the asking may have had it ignored */
    char go = 0;
    if (write(fd, &err, sizeof err) != sizeof err || status || read(fd, &go, 1) != 1) {
        _exit(QUERN_EXIT_FAILED);
    }
    close(fd);
    int code = what->show(what->payload);
    _exit(code);
}

static int start_child(const quern_supervised *what, const quern_attempt *attempt, child *out)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends)) {
        return -1;
    }
    out->pid = fork();
    if (out->pid == 0) {
        close(ends[0]);
        run_child(what, attempt, ends[1]);
    }
    int error = errno;
    close(ends[1]);
    out->fd = ends[0];
    if (out->pid < 0) {
        close(ends[0]);
        errno = error;
    }
    return out->pid < 0 ? -1 : 0;
}

/* Waits for what the child says. Returns 0, or -1 where it said nothing in time, or is no more. */
static int hear(const child *c, double until_s, quern_error *out)
{
    struct pollfd ready = {c->fd, POLLIN, 0};
    for (;;) {
        double left = until_s - quern_progress_now();
        int n = poll(&ready, 1, left > 0 ? (int)(left * 1000) + 1 : 0);
        if (n > 0) {
            return read(c->fd, out, sizeof *out) == sizeof *out ? 0 : -1;
        }
        if (left <= 0 || (n < 0 && errno != EINTR)) {
            return -1;
        }
    }
}

static int wait_for(pid_t pid)
{
    int how = 0;
    while (waitpid(pid, &how, 0) < 0 && errno == EINTR) {
    }
    return WIFSIGNALED(how) ? 128 + WTERMSIG(how) : WEXITSTATUS(how);
}

/* Makes an attempt. Returns the exit code, or -1 with the reason where another may help. */
static int try_once(const quern_supervised *what, const quern_attempt *attempt, quern_error *why)
{
    child c;
    double until_s = quern_progress_now() + attempt->left_ms / 1000.0;
    fflush(NULL);
    if (start_child(what, attempt, &c)) {
        quern_message_say("cannot start a process: %s", strerror(errno));
        return QUERN_EXIT_FAILED;
    }
    int silent = hear(&c, until_s, why);
    int shows = !silent && why->status == QUERN_OK && send(c.fd, "", 1, MSG_NOSIGNAL) == 1;
    close(c.fd);
    if (shows) {
        return wait_for(c.pid);
    }
    (void)kill(c.pid, SIGKILL);
    (void)wait_for(c.pid);
    if (silent || why->status == QUERN_OK) {
        why->status = QUERN_E_NETWORK;
        snprintf(why->message, sizeof why->message, "the shards gave no answer in time");
        why->hint[0] = '\0';
    }
    /* A shard that talks nonsense can look damaged, or like anything else but a slip of the user.
     */
    return why->status == QUERN_E_SYNTAX ? quern_message_fail(why) : -1;
}

int quern_supervise(const quern_supervised *what)
{
    quern_error why = {QUERN_OK, 0, 0, "", ""};
    double end_s = quern_progress_now() + what->limit_ms / 1000.0;
    for (int i = 0; i < ATTEMPTS; i++) {
        double left_s = end_s - quern_progress_now();
        double share_s = i + 1 < ATTEMPTS ? left_s / SHARE : left_s;
        if (share_s < 0.001) {
            break;
        }
        quern_attempt attempt = {i, (uint32_t)(share_s * 1000)};
        int code = try_once(what, &attempt, &why);
        if (code >= 0) {
            return code;
        }
    }
    return quern_message_fail(&why);
}
