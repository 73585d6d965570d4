/* SPDX-License-Identifier: MIT */
/* pager - starting the pager and feeding it.
 *
 * A command of the environment is run by the shell, since it may have arguments; the default is
 * started directly, so that a machine without less gets the plain text and no complaint. While the
 * pager runs, Ctrl-C is its own affair, and a pager that is left early closes the pipe: both
 * signals are ignored here and restored for the child. $LESS is set where it is unset, so that a
 * bare PAGER=less shows colours and leaves short output on the screen.
 */
#include "cli/pager.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/terminal.h"

enum { NOT_STARTED = 127 };

static int is_long(const char *text, size_t len)
{
    size_t lines = 0, rows = quern_terminal_height(STDOUT_FILENO);
    for (const char *p = text; p < text + len && lines < rows; p++) {
        p = memchr(p, '\n', (size_t)(text + len - p));
        if (!p) {
            break;
        }
        lines++;
    }
    return lines >= rows;
}

static const char *command(void)
{
    const char *quern = getenv("QUERN_PAGER");
    return quern ? quern : getenv("PAGER");
}

static void run(int input, const char *shell_command)
{
    dup2(input, STDIN_FILENO);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    setenv("LESS", "FRX", 0);
    if (shell_command) {
        execl("/bin/sh", "sh", "-c", shell_command, (char *)NULL);
    } else {
        execlp("less", "less", "-FRX", (char *)NULL);
    }
    _exit(NOT_STARTED);
}

static void feed(int fd, const char *text, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, text, len);
        if (n < 0 && errno != EINTR) {
            return;
        }
        text += n > 0 ? n : 0;
        len -= n > 0 ? (size_t)n : 0;
    }
}

static int wait_for(pid_t child)
{
    int status = 0;
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) {
            return 0;
        }
    }
    return !(WIFEXITED(status) && WEXITSTATUS(status) == NOT_STARTED);
}

int quern_pager_show(const char *text, size_t len)
{
    const char *named = command();
    int ends[2];
    if ((named && (!*named || strcmp(named, "cat") == 0)) || !is_long(text, len) ||
        pipe2(ends, O_CLOEXEC)) {
        return 0;
    }
    pid_t child = fork();
    if (child < 0) {
        close(ends[0]);
        close(ends[1]);
        return 0;
    }
    if (child == 0) {
        run(ends[0], named);
    }
    void (*pipe_before)(int) = signal(SIGPIPE, SIG_IGN);
    void (*int_before)(int) = signal(SIGINT, SIG_IGN);
    close(ends[0]);
    feed(ends[1], text, len);
    close(ends[1]);
    int shown = wait_for(child);
    signal(SIGPIPE, pipe_before);
    signal(SIGINT, int_before);
    return shown;
}
