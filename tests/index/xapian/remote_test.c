/* SPDX-License-Identifier: MIT */
/* Remote databases: xapian-tcpsrv on 127.0.0.1, each in a process group of its own (on SIGTERM it
 * signals its whole group), and xapian-progsrv through a pipe; servers that are dead, silent,
 * stopped or talk nonsense. Without the programs the tests say so and pass. */
#include "fixture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct server {
    pid_t pid; /* also its process group */
    unsigned port;
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int in_path(const char *program)
{
    char path[XC_PATH];
    snprintf(path, sizeof path, "/usr/bin/%s", program);
    int there = access(path, X_OK) == 0;
    if (!there)
        printf("(skipped: no %s here, install xapian-tools) ", path);
    return there;
}

/* A socket on a free port of 127.0.0.1; its number in *port. */
static int listening(unsigned *port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(fd >= 0 && bind(fd, (struct sockaddr *)&at, len) == 0 && listen(fd, 8) == 0);
    CHECK(getsockname(fd, (struct sockaddr *)&at, &len) == 0);
    *port = ntohs(at.sin_port);
    return fd;
}

static int connects(unsigned port)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int ok = connect(fd, (struct sockaddr *)&at, sizeof at) == 0;
    close(fd);
    return ok;
}

static void run_server(unsigned port, const char *path, int writable)
{
    char number[16];
    int null = open("/dev/null", O_RDWR);
    snprintf(number, sizeof number, "%u", port);
    setsid();
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that crashes leaves no server behind */
    dup2(null, 0);
    dup2(null, 1);
    dup2(null, 2);
    execlp("xapian-tcpsrv", "xapian-tcpsrv", "--interface", "127.0.0.1", "--port", number,
           "--timeout", "20000", "--quiet", path, writable ? "--writable" : (char *)NULL,
           (char *)NULL);
    _exit(127);
}

static void stop(struct server *server)
{
    if (server->pid <= 0)
        return;
    kill(-server->pid, SIGCONT);
    kill(-server->pid, SIGKILL);
    waitpid(server->pid, NULL, 0);
    server->pid = 0;
}

/* Starts a server for the database at `path` and waits until it accepts connections. */
static struct server start(const char *path, int writable)
{
    struct server server = {0, 0};
    for (int attempt = 0; attempt < 5; attempt++) {
        close(listening(&server.port)); /* most likely still free in a moment */
        server.pid = fork();
        if (server.pid == 0)
            run_server(server.port, path, writable);
        for (int wait = 0; wait < 500; wait++) {
            struct timespec pause = {0, 20000000};
            if (waitpid(server.pid, NULL, WNOHANG) == server.pid)
                break;
            if (getpgid(server.pid) == server.pid && connects(server.port))
                return server;
            nanosleep(&pause, NULL);
        }
        server.pid = 0;
    }
    CHECK_ROW("the server starts", 0);
    return server;
}

static xapian_c_remote tcp(const struct server *server, unsigned timeout_ms)
{
    xapian_c_remote where;
    xapian_c_remote_init(&where);
    where.host = "127.0.0.1";
    where.port = server->port;
    where.timeout_ms = where.connect_timeout_ms = timeout_ms;
    return where;
}

/* What the library of fixture.h must answer from afar. */
static void check_remote(xapian_c_database *db)
{
    xapian_c_document *doc = NULL;
    xapian_c_buffer data = XAPIAN_C_BUFFER_INIT;
    xapian_c_match_spy *spy = NULL;
    size_t total = 0;
    uint32_t n = 0;
    OK(xapian_c_database_doccount(db, &n, &xc_err));
    CHECK(n == 5);
    SAME(T(xc_found(db, xc_term("beta"))), "1 2 4");
    OK(xapian_c_database_document(db, 2, 0, &doc, &xc_err));
    OK(xapian_c_document_data(doc, &data, &xc_err));
    SAME_BUFFER(data, "alpha beta");
    OK(xapian_c_database_keep_alive(db, &xc_err));
    OK(xapian_c_match_spy_new_values(1, &spy, &xc_err));
    xapian_c_enquire *enquire = xc_enquire(db, xc_term("alpha"));
    OK(xapian_c_enquire_add_spy(enquire, spy, &xc_err));
    xapian_c_mset *mset = xc_mset(enquire);
    OK(xapian_c_mset_fetch(mset, &xc_err));
    OK(xapian_c_match_spy_total(spy, &total, &xc_err));
    CHECK(xapian_c_mset_size(mset) == 4 && total == 4);
    xapian_c_mset_free(mset);
    xapian_c_enquire_free(enquire);
    xapian_c_match_spy_free(spy);
    xapian_c_document_free(doc);
    xapian_c_buffer_free(&data);
}

static int take_all(const xapian_c_document *doc, void *payload)
{
    (void)doc;
    (void)payload;
    return 1;
}

static void check_no_callbacks(xapian_c_database *db)
{
    xapian_c_match_decider *decider = NULL;
    xapian_c_match how;
    xapian_c_mset *mset = NULL;
    xapian_c_enquire *enquire = xc_enquire(db, xc_term("alpha"));
    OK(xapian_c_match_decider_new_callback(take_all, NULL, &decider, &xc_err));
    xapian_c_match_init(&how);
    how.decider = decider;
    WANT(XAPIAN_C_E_UNSUPPORTED, xapian_c_enquire_mset(enquire, &how, &mset, &xc_err));
    xapian_c_match_decider_free(decider);
    xapian_c_enquire_free(enquire);
}

static void test_tcp(void)
{
    char path[XC_PATH];
    xapian_c_database *db = NULL, *local = NULL;
    if (!in_path("xapian-tcpsrv"))
        return;
    xapian_c_database_free(xc_library(xc_path(path, "tcp.db")));
    struct server server = start(path, 0);
    xapian_c_remote where = tcp(&server, 10000);
    OK(xapian_c_database_open_tcp(&where, &db, &xc_err));
    check_remote(db);
    check_no_callbacks(db);
    OK(xapian_c_database_open(path, 0, &local, &xc_err));
    OK(xapian_c_database_add(db, local, &xc_err)); /* far and near as one */
    SAME(T(xc_found(db, xc_term("epsilon"))), "7 8");
    xapian_c_database_free(local);
    xapian_c_database_free(db);
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_open_tcp_writable(NULL, &db, &xc_err));
    xapian_c_status status = xapian_c_database_open_tcp_writable(&where, &db, &xc_err);
    CHECK(status != XAPIAN_C_OK && db == NULL); /* the server is read-only */
    stop(&server);
}

static void test_tcp_writable(void)
{
    char path[XC_PATH];
    xapian_c_database *db = NULL;
    xapian_c_document *doc = xc_document("omega");
    uint32_t docid = 0;
    if (in_path("xapian-tcpsrv")) {
        xapian_c_database_free(xc_library(xc_path(path, "tcpw.db")));
        struct server server = start(path, 1);
        xapian_c_remote where = tcp(&server, 10000);
        OK(xapian_c_database_open_tcp_writable(&where, &db, &xc_err));
        CHECK(xapian_c_database_is_writable(db) == 1);
        OK(xapian_c_database_add_document(db, doc, &docid, &xc_err));
        OK(xapian_c_database_set_metadata(db, T("k"), T("v"), &xc_err));
        OK(xapian_c_database_commit(db, &xc_err));
        CHECK(docid == 6);
        xapian_c_database_free(db);
        stop(&server);
        OK(xapian_c_database_open(path, 0, &db, &xc_err));
        SAME(T(xc_found(db, xc_term("omega"))), "6");
        xapian_c_database_free(db);
    }
    xapian_c_document_free(doc);
}

static void test_program(void)
{
    char path[XC_PATH], args[XC_PATH + 32];
    xapian_c_database *db = NULL;
    xapian_c_document *doc = xc_document("omega");
    xapian_c_remote where;
    if (in_path("xapian-progsrv")) {
        xapian_c_database_free(xc_library(xc_path(path, "prog.db")));
        xapian_c_remote_init(&where);
        where.program = "xapian-progsrv";
        where.args = path;
        OK(xapian_c_database_open_program(&where, &db, &xc_err));
        check_remote(db);
        xapian_c_database_free(db);
        snprintf(args, sizeof args, "--writable %s", path);
        where.args = args;
        OK(xapian_c_database_open_program_writable(&where, &db, &xc_err));
        OK(xapian_c_database_add_document(db, doc, NULL, &xc_err));
        OK(xapian_c_database_commit(db, &xc_err));
        SAME(T(xc_found(db, xc_term("omega"))), "6");
        xapian_c_database_free(db);
    }
    xapian_c_remote_init(&where);
    where.program = "no-such-program-anywhere";
    where.args = "";
    WANT(XAPIAN_C_E_NETWORK, xapian_c_database_open_program(&where, &db, &xc_err));
    CHECK(db == NULL && xc_err.message[0] != '\0');
    where.args = NULL;
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_open_program(&where, &db, &xc_err));
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_open_program_writable(&where, &db, &xc_err));
    xapian_c_remote_init(NULL);
    xapian_c_document_free(doc);
}

static void test_dead_and_silent(void)
{
    struct server nobody = {0, 0};
    xapian_c_database *db = NULL;
    int fd = listening(&nobody.port);
    xapian_c_remote where = tcp(&nobody, 300);
    double before = now();
    WANT(XAPIAN_C_E_TIMEOUT, xapian_c_database_open_tcp(&where, &db, &xc_err));
    CHECK(db == NULL && now() - before < 3);
    CHECK(strstr(xc_err.context, "127.0.0.1") != NULL);
    close(fd);
    WANT(XAPIAN_C_E_NETWORK, xapian_c_database_open_tcp(&where, &db, &xc_err));
    CHECK(db == NULL && strstr(xc_err.message, "refused") != NULL);
    where.host = NULL;
    WANT(XAPIAN_C_E_INVALID, xapian_c_database_open_tcp(&where, &db, &xc_err));
}

static void babble(int fd)
{
    static const char some[] = "\0\3HTTP/1.1 200 OK\r\n\xFF\xFE\x01garbage";
    int peer = accept(fd, NULL, NULL);
    signal(SIGPIPE, SIG_IGN);
    for (int i = 0; i < 50 && write(peer, some, sizeof some) > 0; i++)
        ;
    close(peer);
    _exit(0);
}

static void test_garbage(void)
{
    struct server server = {0, 0};
    xapian_c_database *db = NULL;
    int fd = listening(&server.port);

    server.pid = fork();
    if (server.pid == 0)
        babble(fd);
    xapian_c_remote where = tcp(&server, 2000);
    xapian_c_status status = xapian_c_database_open_tcp(&where, &db, &xc_err);
    CHECK(status != XAPIAN_C_OK && db == NULL && xc_err.message[0] != '\0');
    close(fd);
    kill(server.pid, SIGKILL);
    waitpid(server.pid, NULL, 0);
}

static void test_stopped_and_killed(void)
{
    char path[XC_PATH];
    xapian_c_database *db = NULL;
    xapian_c_mset *mset = NULL;
    xapian_c_match how;
    if (!in_path("xapian-tcpsrv"))
        return;
    xapian_c_database_free(xc_library(xc_path(path, "stopped.db")));
    struct server server = start(path, 0);
    xapian_c_remote where = tcp(&server, 500);
    OK(xapian_c_database_open_tcp(&where, &db, &xc_err));
    xapian_c_enquire *enquire = xc_enquire(db, xc_term("alpha"));
    xapian_c_match_init(&how);
    kill(-server.pid, SIGSTOP);
    double before = now();
    WANT(XAPIAN_C_E_TIMEOUT, xapian_c_enquire_mset(enquire, &how, &mset, &xc_err));
    CHECK(mset == NULL && now() - before < 5);
    xapian_c_enquire_free(enquire);
    xapian_c_database_free(db);
    kill(-server.pid, SIGCONT);
    OK(xapian_c_database_open_tcp(&where, &db, &xc_err));
    enquire = xc_enquire(db, xc_term("alpha"));
    stop(&server);
    xapian_c_status status = xapian_c_enquire_mset(enquire, &how, &mset, &xc_err);
    CHECK(status == XAPIAN_C_E_NETWORK || status == XAPIAN_C_E_TIMEOUT);
    CHECK(mset == NULL);
    xapian_c_enquire_free(enquire);
    xapian_c_database_free(db);
}

CU_TestInfo xc_remote_tests[] = {{"tcp", test_tcp},
                                 {"tcp, writable", test_tcp_writable},
                                 {"program", test_program},
                                 {"dead and silent servers", test_dead_and_silent},
                                 {"a babbling server", test_garbage},
                                 {"stopped and killed servers", test_stopped_and_killed},
                                 CU_TEST_INFO_NULL};
