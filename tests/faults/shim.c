// Stands between a process and the C library's file calls (LD_PRELOAD): writes every call on the files below
// FAULTS_DISK down, in the order in which they took effect and with the bytes written, and fails the one it is told to.
// Files below FAULTS_WORLD are the outside world: what is written there was told, and is never failed.
//
//   FAULTS_JOURNAL  where calls are written down     FAULTS_DISK, FAULTS_WORLD  prefixes of absolute paths
//   FAULTS_KIND     none, eio, full or short         FAULTS_AT                  at which call, from 1
//
//   eio    the call fails with EIO and has no effect; counted: every call
//   full   half of the call is done, and whatever needs more room fails with ENOSPC from then on; counted: calls that
//          need more room
//   short  the write does half of its bytes and says so; counted: writes
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { FDS = 4096, JOURNAL_FD = 1000 };
enum kind { NONE, EIO_ONCE, FULL, SHORT };
enum where { ELSEWHERE, DISK, WORLD };
enum { FAILED = 1, GROWS = 2, CREATED = 4, TRUNCATED = 8, IN_WORLD = 16 };

// One call as it is written down; paths and bytes follow. Little-endian, as the machine is.
struct record {
    uint8_t op, flags;
    uint16_t path_bytes, other_bytes, unused;
    uint32_t data_bytes, unused_too;
    uint64_t inode, offset;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int journal = -1;
static const char *disk, *world;
static size_t folder_bytes;
static enum kind kind;
static long at, counted;
static int full;
static unsigned char where_is[FDS];

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("FAULTS_JOURNAL"), *word = getenv("FAULTS_KIND"), *number = getenv("FAULTS_AT");
    disk = getenv("FAULTS_DISK"), world = getenv("FAULTS_WORLD");
    if (!path || !disk || !world) return;
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    journal = (int)syscall(SYS_fcntl, fd, F_DUPFD_CLOEXEC, JOURNAL_FD);
    syscall(SYS_close, fd);
    if (journal < 0) abort();
    folder_bytes = (size_t)(strrchr(disk, '/') - disk);
    at = number ? atol(number) : 0;
    kind = !word ? NONE : !strcmp(word, "eio") ? EIO_ONCE : !strcmp(word, "full") ? FULL : !strcmp(word, "short") ? SHORT : NONE;
}

// An absolute path without `.` and `..`; symbolic links are not followed.
static void plain(int dir, const char *path, char out[PATH_MAX]) {
    char whole[2 * PATH_MAX] = "", *from = whole;
    if (path[0] != '/') {
        char link[64];
        snprintf(link, sizeof link, "/proc/self/fd/%d", dir);
        ssize_t n = dir == AT_FDCWD ? (getcwd(whole, PATH_MAX) ? (ssize_t)strlen(whole) : 0) : readlink(link, whole, PATH_MAX);
        whole[n < 0 ? 0 : n] = 0;
        strcat(whole, "/");
    }
    strncat(whole, path, PATH_MAX - 1);
    size_t n = 0;
    for (char *save, *part = strtok_r(from, "/", &save); part; part = strtok_r(NULL, "/", &save)) {
        if (!strcmp(part, ".")) continue;
        if (!strcmp(part, "..")) { while (n && out[--n] != '/') {} continue; }
        n += (size_t)snprintf(out + n, PATH_MAX - n, "/%s", part);
    }
    out[n] = 0;
}

static enum where place(const char *path) {
    if (journal < 0) return ELSEWHERE;
    // The folder that holds them belongs to them: it is what makes their own names durable.
    if (!strncmp(path, disk, strlen(disk)) || (strlen(path) == folder_bytes && !strncmp(path, disk, folder_bytes))) return DISK;
    return strncmp(path, world, strlen(world)) ? ELSEWHERE : WORLD;
}

static enum where place_of(int fd) { return journal < 0 || fd < 0 || fd >= FDS ? ELSEWHERE : where_is[fd]; }

static uint64_t inode_of(int fd) { struct stat s; return syscall(SYS_fstat, fd, &s) ? 0 : s.st_ino; }
static int64_t size_of(int fd) { struct stat s; return syscall(SYS_fstat, fd, &s) ? 0 : s.st_size; }
static uint64_t inode_at(const char *path) { struct stat s; return syscall(SYS_newfstatat, AT_FDCWD, path, &s, AT_SYMLINK_NOFOLLOW) ? 0 : s.st_ino; }

static void put(char op, int flags, uint64_t inode, uint64_t offset, const char *path, const char *other, const void *data, size_t bytes) {
    struct record r = {.op = (uint8_t)op, .flags = (uint8_t)flags, .path_bytes = (uint16_t)strlen(path),
        .other_bytes = (uint16_t)strlen(other), .data_bytes = (uint32_t)bytes, .inode = inode, .offset = offset};
    struct iovec parts[] = {{&r, sizeof r}, {(void *)path, r.path_bytes}, {(void *)other, r.other_bytes}, {(void *)data, bytes}};
    ssize_t whole = (ssize_t)(sizeof r + r.path_bytes + r.other_bytes + bytes);
    if (syscall(SYS_writev, journal, parts, 4) != whole) abort();
}

// Whether this call is the one to fail; `needs` says whether it needs room, `writes` whether it writes bytes.
static int hit(int needs, int writes) {
    if (kind == FULL && full && needs) return 1;
    if (kind == NONE || (kind == FULL && !needs) || (kind == SHORT && !writes)) return 0;
    if (++counted != at) return 0;
    if (kind == FULL) full = 1;
    return 1;
}

static int refuse(char op, int flags, const char *path, uint64_t inode) {
    put(op, flags | FAILED, inode, 0, path, "", "", 0);
    errno = kind == FULL ? ENOSPC : EIO;
    return -1;
}

static int open_any(int dir, const char *path, int flags, mode_t mode) {
    char name[PATH_MAX];
    if (journal < 0) return (int)syscall(SYS_openat, dir, path, flags, mode);
    plain(dir, path, name);
    enum where where = place(name);
    if (where == ELSEWHERE) return (int)syscall(SYS_openat, dir, path, flags, mode);
    pthread_mutex_lock(&lock);
    int made = (flags & O_CREAT) && !inode_at(name), fd = -1;
    int note = (made ? CREATED | GROWS : 0) | ((flags & O_TRUNC) ? TRUNCATED : 0) | (where == WORLD ? IN_WORLD : 0);
    if (where == DISK && hit(made, 0)) {
        refuse('o', note, name, 0);
    } else {
        fd = (int)syscall(SYS_openat, dir, path, flags, mode);
        int error = errno;
        if (fd >= 0 && fd < FDS) {
            where_is[fd] = (unsigned char)where;
            put('o', note, inode_of(fd), 0, name, "", "", 0);
        }
        errno = error;
    }
    pthread_mutex_unlock(&lock);
    return fd;
}

#define OPEN(name, dir_parameter, dir)                                        \
    int name(dir_parameter const char *path, int flags, ...) {               \
        mode_t mode = 0;                                                      \
        if (flags & (O_CREAT | __O_TMPFILE)) { va_list a; va_start(a, flags); mode = va_arg(a, mode_t); va_end(a); } \
        return open_any(dir, path, flags, mode);                              \
    }
#define COMMA ,
OPEN(open, , AT_FDCWD)
OPEN(open64, , AT_FDCWD)
OPEN(openat, int dir COMMA, dir)
OPEN(openat64, int dir COMMA, dir)

int close(int fd) {
    if (fd >= 0 && fd < FDS && journal >= 0) where_is[fd] = ELSEWHERE;
    return (int)syscall(SYS_close, fd);
}

// A write at `offset`, or at the file's own position where it is negative.
static ssize_t write_any(int fd, const void *data, size_t bytes, off64_t offset) {
    enum where where = place_of(fd);
    if (where == ELSEWHERE) return offset < 0 ? syscall(SYS_write, fd, data, bytes) : syscall(SYS_pwrite64, fd, data, bytes, offset);
    pthread_mutex_lock(&lock);
    int64_t size = size_of(fd), from = offset;
    if (offset < 0) from = (syscall(SYS_fcntl, fd, F_GETFL) & O_APPEND) ? size : syscall(SYS_lseek, fd, 0, SEEK_CUR);
    int grows = from + (int64_t)bytes > size, had_room = !full, failed = where == DISK && hit(grows, bytes > 1);
    int note = (failed ? FAILED : 0) | (grows ? GROWS : 0) | (where == WORLD ? IN_WORLD : 0);
    ssize_t done = -1;
    if (failed) bytes = kind == EIO_ONCE || (kind == FULL && !had_room) ? 0 : bytes / 2;
    if (bytes || !failed) done = offset < 0 ? syscall(SYS_write, fd, data, bytes) : syscall(SYS_pwrite64, fd, data, bytes, offset);
    int error = failed && done < 0 ? (kind == FULL ? ENOSPC : EIO) : errno;
    put('w', note, inode_of(fd), (uint64_t)from, "", "", data, done < 0 ? 0 : (size_t)done);
    pthread_mutex_unlock(&lock);
    errno = error;
    return done;
}

ssize_t write(int fd, const void *data, size_t bytes) { return write_any(fd, data, bytes, -1); }
ssize_t pwrite(int fd, const void *data, size_t bytes, off_t offset) { return write_any(fd, data, bytes, offset); }
ssize_t pwrite64(int fd, const void *data, size_t bytes, off64_t offset) { return write_any(fd, data, bytes, offset); }
// One part is a write that is not whole: every caller must go on from there.
ssize_t writev(int fd, const struct iovec *parts, int count) {
    if (place_of(fd) == ELSEWHERE) return syscall(SYS_writev, fd, parts, count);
    for (int i = 0; i < count; i++) if (parts[i].iov_len) return write_any(fd, parts[i].iov_base, parts[i].iov_len, -1);
    return 0;
}

// A call on an open file: failed, or done and written down as `op`.
#define ON_FD(type, declaration, op, fd, offset, grows, bad, done)            \
    type declaration {                                                        \
        if (place_of(fd) != DISK) return (type)(done);                        \
        pthread_mutex_lock(&lock);                                            \
        type result = bad;                                                    \
        int needs = (grows);                                                  \
        if (hit(needs, 0)) refuse(op, needs ? GROWS : 0, "", inode_of(fd));   \
        else {                                                                \
            result = (type)(done);                                            \
            int error = errno;                                                \
            put(op, needs ? GROWS : 0, inode_of(fd), (uint64_t)(offset), "", "", "", 0); \
            errno = error;                                                    \
        }                                                                     \
        pthread_mutex_unlock(&lock);                                          \
        return result;                                                        \
    }

ON_FD(int, fsync(int fd), 's', fd, 0, 0, -1, syscall(SYS_fsync, fd))
ON_FD(int, fdatasync(int fd), 's', fd, 0, 0, -1, syscall(SYS_fdatasync, fd))
ON_FD(int, ftruncate(int fd, off_t size), 't', fd, size, size > size_of(fd), -1, syscall(SYS_ftruncate, fd, size))
ON_FD(int, ftruncate64(int fd, off64_t size), 't', fd, size, size > size_of(fd), -1, syscall(SYS_ftruncate, fd, size))
ON_FD(int, fchmod(int fd, mode_t mode), 'x', fd, 0, 0, -1, syscall(SYS_fchmod, fd, mode))
ON_FD(int, flock(int fd, int how), 'x', fd, 0, 0, -1, syscall(SYS_flock, fd, how))
ON_FD(ssize_t, read(int fd, void *to, size_t bytes), 'x', fd, 0, 0, -1, syscall(SYS_read, fd, to, bytes))
ON_FD(ssize_t, pread(int fd, void *to, size_t bytes, off_t from), 'x', fd, 0, 0, -1, syscall(SYS_pread64, fd, to, bytes, from))
ON_FD(ssize_t, pread64(int fd, void *to, size_t bytes, off64_t from), 'x', fd, 0, 0, -1, syscall(SYS_pread64, fd, to, bytes, from))
ON_FD(int, fstat(int fd, struct stat *to), 'x', fd, 0, 0, -1, syscall(SYS_fstat, fd, to))
ON_FD(int, fstat64(int fd, struct stat64 *to), 'x', fd, 0, 0, -1, syscall(SYS_fstat, fd, to))
ON_FD(void *, mmap(void *hint, size_t bytes, int protection, int flags, int fd, off_t from), 'x', fd, 0, 0, MAP_FAILED,
      syscall(SYS_mmap, hint, bytes, protection, flags, fd, from))
ON_FD(void *, mmap64(void *hint, size_t bytes, int protection, int flags, int fd, off64_t from), 'x', fd, 0, 0, MAP_FAILED,
      syscall(SYS_mmap, hint, bytes, protection, flags, fd, from))

// Room that is asked for in advance, or copied inside the kernel, is not modelled: callers fall back to writes.
int fallocate(int fd, int mode, off_t from, off_t bytes) {
    if (place_of(fd) == DISK) { errno = EOPNOTSUPP; return -1; }
    return (int)syscall(SYS_fallocate, fd, mode, from, bytes);
}
int posix_fallocate(int fd, off_t from, off_t bytes) { return place_of(fd) == DISK ? EOPNOTSUPP : REAL(posix_fallocate)(fd, from, bytes); }
ssize_t copy_file_range(int in, off64_t *from, int out, off64_t *to, size_t bytes, unsigned flags) {
    if (place_of(out) != ELSEWHERE) { errno = ENOSYS; return -1; }
    return syscall(SYS_copy_file_range, in, from, out, to, bytes, flags);
}
ssize_t sendfile64(int out, int in, off64_t *from, size_t bytes) {
    if (place_of(out) != ELSEWHERE) { errno = EINVAL; return -1; }
    return syscall(SYS_sendfile, out, in, from, bytes);
}

// A call on names: fails, or is done and written down where it succeeded.
static int on_names(char op, int needs, const char *path, const char *other, long (*done)(const char *, const char *, long), long extra) {
    enum where where = place(path);
    if (where == ELSEWHERE) return (int)done(path, other, extra);
    pthread_mutex_lock(&lock);
    int result = -1, note = (needs ? GROWS : 0) | (where == WORLD ? IN_WORLD : 0);
    if (where == DISK && hit(needs, 0)) refuse(op, note, path, 0);
    else {
        result = (int)done(path, other, extra);
        int error = errno;
        put(result ? 'x' : op, note, op == 'm' ? inode_at(path) : 0, 0, path, other, "", 0);
        errno = error;
    }
    pthread_mutex_unlock(&lock);
    return result;
}

static long do_rename(const char *from, const char *to, long flags) { return syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, flags); }
static long do_unlink(const char *path, const char *other, long flags) { (void)other; return syscall(SYS_unlinkat, AT_FDCWD, path, flags); }
static long do_mkdir(const char *path, const char *other, long mode) { (void)other; return syscall(SYS_mkdirat, AT_FDCWD, path, mode); }
static long do_chmod(const char *path, const char *other, long mode) { (void)other; return syscall(SYS_fchmodat, AT_FDCWD, path, mode); }
static long do_link(const char *from, const char *to, long flags) { return syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, flags); }

static int names(char op, int needs, int dir, const char *path, int other_dir, const char *other, long (*done)(const char *, const char *, long), long extra) {
    char one[PATH_MAX], two[PATH_MAX] = "";
    plain(dir, path, one);
    if (other) plain(other_dir, other, two);
    return on_names(op, needs, one, two, done, extra);
}

int rename(const char *from, const char *to) { return names('r', 0, AT_FDCWD, from, AT_FDCWD, to, do_rename, 0); }
int renameat(int a, const char *from, int b, const char *to) { return names('r', 0, a, from, b, to, do_rename, 0); }
int renameat2(int a, const char *from, int b, const char *to, unsigned flags) { return names('r', 0, a, from, b, to, do_rename, flags); }
int link(const char *from, const char *to) { return names('l', 1, AT_FDCWD, from, AT_FDCWD, to, do_link, 0); }
int linkat(int a, const char *from, int b, const char *to, int flags) { return names('l', 1, a, from, b, to, do_link, flags); }
int unlink(const char *path) { return names('u', 0, AT_FDCWD, path, 0, NULL, do_unlink, 0); }
int unlinkat(int dir, const char *path, int flags) { return names('u', 0, dir, path, 0, NULL, do_unlink, flags); }
int rmdir(const char *path) { return names('u', 0, AT_FDCWD, path, 0, NULL, do_unlink, AT_REMOVEDIR); }
int mkdir(const char *path, mode_t mode) { return names('m', 1, AT_FDCWD, path, 0, NULL, do_mkdir, mode); }
int mkdirat(int dir, const char *path, mode_t mode) { return names('m', 1, dir, path, 0, NULL, do_mkdir, mode); }
int chmod(const char *path, mode_t mode) { return names('x', 0, AT_FDCWD, path, 0, NULL, do_chmod, mode); }

DIR *opendir(const char *path) {
    char name[PATH_MAX];
    plain(AT_FDCWD, path, name);
    int failed = 0;
    if (place(name) == DISK) {
        pthread_mutex_lock(&lock);
        failed = hit(0, 0);
        if (failed) refuse('x', 0, name, 0); else put('x', 0, 0, 0, name, "", "", 0);
        pthread_mutex_unlock(&lock);
    }
    return failed ? (errno = EIO, NULL) : REAL(opendir)(path);
}

int statx(int dir, const char *restrict given, int flags, unsigned mask, struct statx *restrict to) {
    // Rust asks for the status of nothing at all to learn whether the kernel knows this call. The header promises that
    // nobody does, so the compiler must not see where the path comes from.
    const char *volatile hidden = given, *path = hidden;
    if (!path) return (int)syscall(SYS_statx, dir, path, flags, mask, to);
    char name[PATH_MAX] = "";
    if (path[0]) plain(dir, path, name);
    if (path[0] ? place(name) == DISK : place_of(dir) == DISK) {
        pthread_mutex_lock(&lock);
        int failed = hit(0, 0);
        if (failed) refuse('x', 0, name, 0); else put('x', 0, 0, 0, name, "", "", 0);
        pthread_mutex_unlock(&lock);
        if (failed) return -1;
    }
    return (int)syscall(SYS_statx, dir, path, flags, mask, to);
}
