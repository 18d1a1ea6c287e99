#include "rpc/http_accept.h"

#include "rpc/http_request.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

/* How long nothing is accepted when there are no file descriptors left, or no memory. */
enum { EXHAUSTED_MS = 50 };

struct acceptor {
    struct listener *listeners;
    size_t count;
    uint32_t limit;
    int wake; /* an eventfd: a connection has gone from a full listener, or the thread is to end */
    _Atomic bool stopping;
    pthread_t thread;
};

static void wake(struct acceptor *a) {
    uint64_t one = 1;
    (void)!write(a->wake, &one, sizeof one); /* fails only if it is awake as often as can be */
}

void acceptor_gone(struct acceptor *a, struct listener *l) {
    if (atomic_fetch_sub(&l->open, 1) == a->limit) wake(a);
}

/* Takes what waits at the listener, as far as its limit allows; false if there are no file
 * descriptors left. */
static bool accept_some(struct acceptor *a, struct listener *l) {
    while (atomic_load(&l->open) < a->limit) {
        struct sockaddr_storage from;
        socklen_t n = sizeof from;
        int fd = accept4(l->fd, (struct sockaddr *)&from, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) return errno != EMFILE && errno != ENFILE && errno != ENOMEM;
        atomic_fetch_add(&l->open, 1);
        /* It closes the socket if it cannot take it. */
        if (MHD_add_connection(l->daemon, fd, (struct sockaddr *)&from, n) != MHD_YES)
            acceptor_gone(a, l);
    }
    return true;
}

static void *accept_main(void *arg) {
    struct acceptor *a = arg;
    struct pollfd *fds = xcalloc(a->count + 1, sizeof *fds);
    int timeout = -1;
    pthread_setname_np(pthread_self(), "tern-accept");
    while (!atomic_load(&a->stopping)) {
        fds[a->count] = (struct pollfd){.fd = a->wake, .events = POLLIN};
        for (size_t i = 0; i < a->count; i++) {
            bool has_room = atomic_load(&a->listeners[i].open) < a->limit && timeout < 0;
            fds[i] = (struct pollfd){.fd = has_room ? a->listeners[i].fd : -1, .events = POLLIN};
        }
        if (poll(fds, a->count + 1, timeout) < 0) {
            if (errno != EINTR) usleep(EXHAUSTED_MS * 1000); /* the system lacks memory */
            continue;
        }
        timeout = -1;
        uint64_t count;
        if (fds[a->count].revents) (void)!read(a->wake, &count, sizeof count);
        for (size_t i = 0; i < a->count; i++)
            if (fds[i].revents && !accept_some(a, &a->listeners[i])) timeout = EXHAUSTED_MS;
    }
    free(fds);
    return NULL;
}

struct acceptor *acceptor_start(struct listener *listeners, size_t count, uint32_t limit) {
    struct acceptor *a = xcalloc(1, sizeof *a);
    *a = (struct acceptor){.listeners = listeners, .count = count, .limit = limit};
    a->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int failed = a->wake < 0 ? errno : pthread_create(&a->thread, NULL, accept_main, a);
    if (!failed) return a;
    if (a->wake >= 0) close(a->wake);
    free(a);
    errno = failed;
    return NULL;
}

void acceptor_stop(struct acceptor *a) {
    if (atomic_exchange(&a->stopping, true)) return;
    wake(a);
    pthread_join(a->thread, NULL);
}

void acceptor_free(struct acceptor *a) {
    close(a->wake);
    free(a);
}
