#include "state/store_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const db_names[ST_DB_COUNT] = {
    [ST_DB_HEAD] = "head",       [ST_DB_ACCOUNT] = "account", [ST_DB_SLOT] = "slot",
    [ST_DB_CODE] = "code",       [ST_DB_ITEM] = "item",       [ST_DB_NODE] = "node",
    [ST_DB_SPARSE] = "sparse",   [ST_DB_HISTORY] = "history", [ST_DB_CHANGE] = "change",
    [ST_DB_ROOT] = "root",       [ST_DB_REWIND] = "rewind",   [ST_DB_TABLES + 0] = "t0",
    [ST_DB_TABLES + 1] = "t1",   [ST_DB_TABLES + 2] = "t2",   [ST_DB_TABLES + 3] = "t3",
    [ST_DB_TABLES + 4] = "t4",   [ST_DB_TABLES + 5] = "t5",   [ST_DB_TABLES + 6] = "t6",
    [ST_DB_TABLES + 7] = "t7",   [ST_DB_TABLES + 8] = "t8",   [ST_DB_TABLES + 9] = "t9",
    [ST_DB_TABLES + 10] = "t10", [ST_DB_TABLES + 11] = "t11", [ST_DB_TABLES + 12] = "t12",
    [ST_DB_TABLES + 13] = "t13", [ST_DB_TABLES + 14] = "t14", [ST_DB_TABLES + 15] = "t15"};
_Static_assert(ST_TABLE_COUNT == 16, "a table needs a name");

static const char format[] = "tern-store-3";

enum { READERS_MAX = 1024, DEFAULT_HISTORY_BLOCKS = 256 };
#define DEFAULT_MAP_BYTES ((uint64_t)256 << 30)
#define MAP_MIN_BYTES     ((uint64_t)1 << 30)

struct err st_lmdb_error(int rc, enum st_err code, const char *text) {
    log_line(LOG_ERROR, "store: %s: %s", text, mdb_strerror(rc));
    return err_at(code, text, (uint64_t)rc);
}

/* Opens the environment; where the system gives less address space than asked for, takes what it
 * gives: half as much, and half again. */
static int open_env(struct st_store *s, const char *dir, uint64_t map_bytes, unsigned flags) {
    for (;;) {
        int rc = mdb_env_create(&s->env);
        if (rc) return rc;
        mdb_env_set_userctx(s->env, s);
        mdb_env_set_maxdbs(s->env, ST_DB_COUNT);
        mdb_env_set_maxreaders(s->env, READERS_MAX);
        mdb_env_set_mapsize(s->env, map_bytes);
        rc = mdb_env_open(s->env, dir, flags, 0644);
        if (!rc) return 0;
        mdb_env_close(s->env);
        s->env = NULL;
        if (rc != ENOMEM || map_bytes / 2 < MAP_MIN_BYTES) return rc;
        map_bytes /= 2;
    }
}

static int open_dbs(struct st_store *s) {
    MDB_txn *txn;
    int rc = mdb_txn_begin(s->env, NULL, 0, &txn);
    if (rc) return rc;
    for (int i = 0; i < ST_DB_COUNT && !rc; i++)
        rc = mdb_dbi_open(txn, db_names[i], MDB_CREATE, &s->dbi[i]);
    struct bytes found;
    if (!rc && !st_db_get(txn, s->dbi[ST_DB_HEAD], BYTES_LIT("format"), &found)) {
        MDB_val k = st_val(BYTES_LIT("format")), v = st_val(BYTES_LIT(format));
        rc = mdb_put(txn, s->dbi[ST_DB_HEAD], &k, &v, 0);
    } else if (!rc && !bytes_eq(found, BYTES_LIT(format))) {
        rc = MDB_VERSION_MISMATCH;
    }
    if (!rc && st_db_get(txn, s->dbi[ST_DB_HEAD], BYTES_LIT("height"), &found))
        atomic_store(&s->blocks, load_le64(found.p) + 1);
    if (!rc) rc = st_points_forget(s, txn);
    if (rc) {
        mdb_txn_abort(txn);
        return rc;
    }
    return mdb_txn_commit(txn);
}

/* A node that dies gives the lock back; a second one on the same folder is refused. */
static struct err lock_folder(struct st_store *s, const char *dir) {
    char path[4096];
    if (mkdir(dir, 0755) != 0 && errno != EEXIST)
        return err_at(ST_ERR_OPEN, "the data folder cannot be created", (uint64_t)errno);
    if (snprintf(path, sizeof path, "%s/tern.lock", dir) >= (int)sizeof path)
        return err_at(ST_ERR_OPEN, "the data folder's name is too long", 0);
    s->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (s->lock_fd < 0)
        return err_at(ST_ERR_OPEN, "the data folder cannot be written", (uint64_t)errno);
    if (flock(s->lock_fd, LOCK_EX | LOCK_NB) != 0)
        return err_at(ST_ERR_OPEN, "another process has the data folder open", (uint64_t)errno);
    return ERR_NONE;
}

static struct err open_durable(struct st_store *s, const struct st_store_options *o,
                               uint64_t map_bytes) {
    struct err e = lock_folder(s, o->dir);
    if (err_is(e)) return e;
    int rc = open_env(s, o->dir, map_bytes, MDB_NOTLS | MDB_NOMEMINIT);
    int dead;
    if (!rc) mdb_reader_check(s->env, &dead);
    return rc ? st_lmdb_error(rc, ST_ERR_OPEN, "the store cannot be opened") : ERR_NONE;
}

static bool may_be_as_long(uint64_t bytes) {
    struct rlimit limit;
    return getrlimit(RLIMIT_FSIZE, &limit) == 0 &&
           (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= bytes);
}

/* Pages are written where they are mapped, if the file may be as long as the map (it has holes):
 * that saves a system call for each page. A durable store does not do so, because a full disk would
 * be a signal there instead of an error; the program dies of either when the store is temporary. */
static struct err open_temporary(struct st_store *s, uint64_t map_bytes) {
    const char *tmp = getenv("TMPDIR");
    char dir[4096], path[4200];
    if (!tmp || !*tmp) tmp = "/tmp";
    if (snprintf(dir, sizeof dir, "%s/tern-XXXXXX", tmp) >= (int)sizeof dir || !mkdtemp(dir))
        return err_at(ST_ERR_OPEN, "no temporary folder can be created", (uint64_t)errno);
    unsigned flags = MDB_NOTLS | MDB_NOMEMINIT | MDB_NOSYNC | MDB_NOMETASYNC;
    int rc = EFBIG;
    if (may_be_as_long(map_bytes)) rc = open_env(s, dir, map_bytes, flags | MDB_WRITEMAP);
    if (rc) rc = open_env(s, dir, map_bytes, flags);
    /* Open files live on without their names. */
    snprintf(path, sizeof path, "%s/data.mdb", dir);
    unlink(path);
    snprintf(path, sizeof path, "%s/lock.mdb", dir);
    unlink(path);
    rmdir(dir);
    return rc ? st_lmdb_error(rc, ST_ERR_OPEN, "the temporary store cannot be opened") : ERR_NONE;
}

struct err st_store_open(struct st_store **out, const struct st_store_options *options) {
    struct st_store *s = xcalloc(1, sizeof *s);
    *out = NULL;
    s->lock_fd = -1;
    s->history_blocks = options->history_blocks ? options->history_blocks : DEFAULT_HISTORY_BLOCKS;
    s->codes = st_code_cache_new();
    pthread_mutex_init(&s->pool_mutex, NULL);
    uint64_t map_bytes = options->map_bytes ? options->map_bytes : DEFAULT_MAP_BYTES;
    struct err e =
        options->dir ? open_durable(s, options, map_bytes) : open_temporary(s, map_bytes);
    if (!err_is(e)) {
        int rc = open_dbs(s);
        if (rc == MDB_VERSION_MISMATCH)
            e = err_at(ST_ERR_OPEN, "the data folder holds a store of another version", 0);
        else if (rc)
            e = st_lmdb_error(rc, ST_ERR_OPEN, "the store cannot be opened");
    }
    if (err_is(e)) {
        st_store_close(s);
        return e;
    }
    *out = s;
    return ERR_NONE;
}

void st_store_close(struct st_store *s) {
    if (!s) return;
    assert(!s->write);
    while (s->pool) {
        struct st_snapshot *snap = s->pool;
        s->pool = snap->next;
        st_snapshot_destroy(snap);
    }
    if (s->env) mdb_env_close(s->env);
    if (s->lock_fd >= 0) close(s->lock_fd);
    st_code_cache_free(s->codes);
    free(s->points);
    buf_free(&s->rewind_entry);
    pthread_mutex_destroy(&s->pool_mutex);
    free(s);
}

bool st_store_height(const struct st_store *s, uint64_t *height) {
    uint64_t blocks = atomic_load((_Atomic uint64_t *)(uintptr_t)&s->blocks);
    if (blocks) *height = blocks - 1;
    return blocks != 0;
}
