/* SPDX-License-Identifier: MIT */
/* kill_at - runs a command and kills it at a system call.
 *
 *     kill_at N COMMAND...
 *
 * Counts the calls that change files, of all threads and children of the command, and sends SIGKILL
 * to it just before the N-th; 0 kills at none. Standard error gets the number of calls that there
 * were. Exits as the command, or with 137 where it was killed, 125 where tracing is not allowed.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/ptrace.h>

enum { REFUSED = 125 };

static int opens_to_change(uint64_t flags)
{
    return (flags & O_ACCMODE) != O_RDONLY || (flags & (O_CREAT | O_TRUNC)) != 0;
}

static int changes_files(const struct ptrace_syscall_info *call)
{
    switch (call->entry.nr) {
    case SYS_write:
        return call->entry.args[0] > 2; /* not what it prints */
    case SYS_openat:
        return opens_to_change(call->entry.args[2]);
#ifdef SYS_open
    case SYS_open:
        return opens_to_change(call->entry.args[1]);
    case SYS_rename:
    case SYS_unlink:
    case SYS_rmdir:
    case SYS_mkdir:
    case SYS_link:
#endif
    case SYS_renameat:
    case SYS_renameat2:
    case SYS_unlinkat:
    case SYS_mkdirat:
    case SYS_linkat:
    case SYS_pwrite64:
    case SYS_writev:
    case SYS_pwritev:
    case SYS_fsync:
    case SYS_fdatasync:
    case SYS_ftruncate:
    case SYS_fallocate:
    case SYS_flock:
        return 1;
    default:
        return 0;
    }
}

typedef struct tracing {
    pid_t pid; /* the command */
    unsigned long at, n;
    int code;
} tracing;

static void see_call(tracing *t, pid_t pid)
{
    struct ptrace_syscall_info call;
    if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof call, &call) > 0 &&
        call.op == PTRACE_SYSCALL_INFO_ENTRY && changes_files(&call)) {
        t->n++;
        if (t->n == t->at) {
            kill(t->pid, SIGKILL);
        }
    }
}

/* A stop of one of the traced: the signal that it is to get when it goes on. */
static int see_stop(tracing *t, pid_t pid, int how)
{
    int number = WSTOPSIG(how);
    if (number == (SIGTRAP | 0x80)) {
        see_call(t, pid);
        return 0;
    }
    return number == SIGTRAP || number == SIGSTOP ? 0 : number;
}

static int trace(tracing *t)
{
    int how;
    pid_t pid;
    long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK |
                   PTRACE_O_TRACEVFORK | PTRACE_O_EXITKILL;
    if (waitpid(t->pid, &how, 0) != t->pid || !WIFSTOPPED(how) ||
        ptrace(PTRACE_SETOPTIONS, t->pid, 0, options) || ptrace(PTRACE_SYSCALL, t->pid, 0, 0)) {
        return REFUSED;
    }
    while ((pid = waitpid(-1, &how, __WALL)) > 0) {
        if (WIFSTOPPED(how)) {
            (void)ptrace(PTRACE_SYSCALL, pid, 0, see_stop(t, pid, how));
        } else if (pid == t->pid) {
            t->code = WIFEXITED(how) ? WEXITSTATUS(how) : 128 + WTERMSIG(how);
        }
    }
    return t->code;
}

int main(int argc, char **argv)
{
    tracing t = {0, argc > 2 ? strtoul(argv[1], NULL, 10) : 0, 0, REFUSED};
    if (argc < 3) {
        fprintf(stderr, "usage: kill_at N COMMAND...\n");
        return 2;
    }
    t.pid = fork();
    if (t.pid == 0) {
        if (ptrace(PTRACE_TRACEME, 0, 0, 0) == 0) {
            execvp(argv[2], argv + 2);
        }
        _exit(REFUSED);
    }
    int code = t.pid < 0 ? REFUSED : trace(&t);
    fprintf(stderr, "%lu\n", t.n);
    return code;
}
