/* SPDX-License-Identifier: MIT */
/* own_memory - the most memory that a command, or a process it starts, has of its own (anonymous;
 * not files, which others share).
 *
 * They are traced: the kernel stops each before it gives memory back and at its end, and
 * /proc/PID/smaps_rollup tells what it has. Nothing of the command is changed for it.
 */
#include "bench/run.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* kB of a stopped process; 0 where it cannot be told. */
static uint64_t anonymous_kb(pid_t pid)
{
    char line[256];
    uint64_t kb = 0;
    char *path = bench_format("/proc/%d/smaps_rollup", (int)pid);
    FILE *in = fopen(path, "r");
    free(path);
    while (in && fgets(line, sizeof line, in)) {
        if (strncmp(line, "Anonymous:", 10) == 0) {
            kb = strtoull(line + 10, NULL, 10);
        }
    }
    if (in) {
        fclose(in);
    }
    return kb;
}

/* Waits until it may go, then is the command. */
static void be_command(int gate, const char *line)
{
    char go;
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    dup2(null, 1);
    dup2(null, 2);
    bench_pin(ENGINE_CPU);
    if (read(gate, &go, 1) == 1) {
        execl("/bin/sh", "sh", "-c", line, (char *)NULL);
    }
    _exit(127);
}

/* Whether a process that was stopped at a system call is about to give memory back. */
static int gives_back(pid_t pid)
{
    struct __ptrace_syscall_info info;
    if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, (void *)sizeof info, &info) <= 0 ||
        info.op != PTRACE_SYSCALL_INFO_ENTRY) {
        return 0;
    }
    return info.entry.nr == SYS_munmap || info.entry.nr == SYS_madvise ||
           info.entry.nr == SYS_brk || info.entry.nr == SYS_mremap;
}

/* The largest of all traced processes, until the last has ended. */
static uint64_t follow(void)
{
    uint64_t most = 0;
    int status;
    for (pid_t pid; (pid = waitpid(-1, &status, __WALL)) > 0;) {
        if (!WIFSTOPPED(status)) {
            continue; /* one has ended */
        }
        int event = status >> 16;
        int is_call = WSTOPSIG(status) == (SIGTRAP | 0x80);
        if (event == PTRACE_EVENT_EXIT || (is_call && gives_back(pid))) {
            uint64_t kb = anonymous_kb(pid);
            most = kb > most ? kb : most;
        }
        /* A stop that is neither is a signal on its way. */
        ptrace(PTRACE_SYSCALL, pid, NULL,
               (void *)(uintptr_t)(event || is_call ? 0 : WSTOPSIG(status)));
    }
    return most;
}

uint64_t own_memory_kb(const char *line)
{
    static const uintptr_t options = PTRACE_O_TRACEEXIT | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
                                     PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL |
                                     PTRACE_O_TRACESYSGOOD;
    int gate[2];
    if (pipe(gate)) {
        return 0;
    }
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        close(gate[1]);
        be_command(gate[0], line);
    }
    int is_traced = pid > 0 && ptrace(PTRACE_SEIZE, pid, NULL, (void *)options) == 0;
    if (is_traced && write(gate[1], "", 1) != 1) {
        is_traced = 0;
    }
    close(gate[0]);
    close(gate[1]); /* where it is not traced, it ends */
    uint64_t kb = follow();
    return is_traced ? kb : 0;
}
