// Preloaded into the real program by tests (faults.py): ends it at a chosen durable step, fails its disk, moves its
// wall clock, refuses it a thread. The test and the program share one page, the control file that FAULTS names; nothing
// happens without it.
//
// A durable step is a call that changes what is below the home (FAULTS_HOME), or that tells a peer something. The
// shipped program knows nothing of this.

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string_view>

namespace {

struct Control {                    // as faults.py packs it
    std::atomic<std::int64_t> seen; // durable steps so far
    std::int64_t kill_at;           // ends before this step; 0: never
    std::int64_t torn;              // 1: a write at which it ends leaves its first half
    std::int64_t write_error;       // errno of everything that takes room; 0: none
    std::int64_t flush_error;       // errno of fsync and fdatasync; 0: none
    std::atomic<std::int64_t> failed_flushes;
    std::int64_t fill_at;              // from this step on, `write_error` holds; 0: from the beginning
    std::int64_t clock_ms;             // added to the wall clock
    std::atomic<std::int64_t> threads; // begun so far
    std::int64_t refused_thread;       // of these, the one that is not to be had; 0: none
    char only[100]; // of the steps whose text (such as `fsync /home/taleus.db`) holds this; empty: all
    char last[200]; // the step at which it ended
};

Control* control() {
    static Control* const shared = [] -> Control* {
        const char* name = std::getenv("FAULTS");
        const int file =
            name == nullptr ? -1 : static_cast<int>(::syscall(SYS_openat, AT_FDCWD, name, O_RDWR | O_CLOEXEC));
        if (file < 0) return nullptr;
        void* page = ::mmap(nullptr, sizeof(Control), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        ::close(file);
        return page == MAP_FAILED ? nullptr : static_cast<Control*>(page);
    }();
    return shared;
}

bool is_in_home(std::string_view path) {
    static const char* const home = std::getenv("FAULTS_HOME");
    return home != nullptr && path.starts_with(home);
}

// What a descriptor is: a path, "socket:[…]", "pipe:[…]".
struct Target {
    explicit Target(int descriptor) {
        char link[40];
        std::snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
        const auto size = ::readlink(link, name, sizeof name - 1);
        name[size < 0 ? 0 : size] = '\0';
    }
    bool is_home() const { return is_in_home(name); }
    bool is_socket() const { return std::string_view{name}.starts_with("socket:"); }
    char name[512]{};
};

bool is_meant(const char* what, const char* name) {
    char text[600];
    std::snprintf(text, sizeof text, "%s %s", what, name);
    return std::string_view{text}.contains(control()->only);
}

// True: this is the step at which to end.
bool is_the_end(const char* what, const char* name) {
    auto* shared = control();
    if (!is_meant(what, name)) return false;
    const auto number = ++shared->seen;
    if (shared->kill_at == 0 || number != shared->kill_at) return false;
    std::snprintf(shared->last, sizeof shared->last, "%s %s", what, name);
    return true;
}

[[noreturn]] void end_now() {
    ::kill(::getpid(), SIGKILL);
    for (;;) ::pause();
}

bool has_room() {
    const auto* shared = control();
    if (shared->write_error == 0 || shared->seen < shared->fill_at) return true;
    errno = static_cast<int>(shared->write_error);
    return false;
}

void step(const char* what, const char* name) {
    if (is_the_end(what, name)) end_now();
}
void step_of_path(const char* what, const char* path) {
    if (control() != nullptr && is_in_home(path)) step(what, path);
}

// `write_half` puts down the first half of what is written.
template <class Half> bool may_write(const char* what, int descriptor, Half write_half) {
    auto* shared = control();
    if (shared == nullptr) return true;
    const Target target{descriptor};
    if (!target.is_home() && !target.is_socket()) return true;
    if (is_the_end(what, target.name)) {
        if (shared->torn != 0) write_half();
        end_now();
    }
    return !target.is_home() || !is_meant(what, target.name) || has_room();
}
bool may_write(const char* what, int descriptor) {
    return may_write(what, descriptor, [] {});
}

bool may_flush(const char* what, int descriptor) {
    auto* shared = control();
    if (shared == nullptr) return true;
    const Target target{descriptor};
    if (!target.is_home()) return true;
    step(what, target.name);
    if (shared->flush_error == 0 || !is_meant(what, target.name)) return true;
    ++shared->failed_flushes;
    errno = static_cast<int>(shared->flush_error);
    return false;
}

bool may_create(const char* path, int flags) {
    if ((flags & O_CREAT) == 0 || control() == nullptr || !is_in_home(path)) return true;
    struct stat there{};
    if (::stat(path, &there) == 0) return true;
    step("create", path);
    return !is_meant("create", path) || has_room();
}

void add_offset(timespec& time) {
    const auto* shared = control();
    if (shared == nullptr) return;
    constexpr std::int64_t second = 1'000'000'000;
    const auto whole = time.tv_sec * second + time.tv_nsec + shared->clock_ms * 1'000'000;
    time.tv_sec = whole / second;
    time.tv_nsec = whole % second;
}

} // namespace

extern "C" {

ssize_t write(int to, const void* bytes, size_t size) {
    const auto put = [=](size_t count) { return ::syscall(SYS_write, to, bytes, count); };
    return may_write("write", to, [&] { put(size / 2); }) ? put(size) : -1;
}
ssize_t pwrite64(int to, const void* bytes, size_t size, off64_t at) {
    const auto put = [=](size_t count) { return ::syscall(SYS_pwrite64, to, bytes, count, at); };
    return may_write("pwrite", to, [&] { put(size / 2); }) ? put(size) : -1;
}
ssize_t pwrite(int to, const void* bytes, size_t size, off_t at) { return pwrite64(to, bytes, size, at); }
ssize_t writev(int to, const iovec* parts, int count) {
    return may_write("writev", to) ? ::syscall(SYS_writev, to, parts, count) : -1;
}
ssize_t send(int to, const void* bytes, size_t size, int flags) {
    const auto put = [=](size_t count) { return ::syscall(SYS_sendto, to, bytes, count, flags, nullptr, 0); };
    return may_write("send", to, [&] { put(size / 2); }) ? put(size) : -1;
}
ssize_t sendmsg(int to, const msghdr* message, int flags) {
    return may_write("send", to) ? ::syscall(SYS_sendmsg, to, message, flags) : -1;
}
int ftruncate64(int file, off64_t size) noexcept {
    return may_write("ftruncate", file) ? static_cast<int>(::syscall(SYS_ftruncate, file, size)) : -1;
}
int ftruncate(int file, off_t size) noexcept { return ftruncate64(file, size); }

int fsync(int file) { return may_flush("fsync", file) ? static_cast<int>(::syscall(SYS_fsync, file)) : -1; }
int fdatasync(int file) { return may_flush("fdatasync", file) ? static_cast<int>(::syscall(SYS_fdatasync, file)) : -1; }

int open(const char* path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    const auto mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : mode_t{0};
    va_end(rest);
    return may_create(path, flags) ? static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, flags, mode)) : -1;
}
[[gnu::alias("open")]] int open64(const char* path, int flags, ...);

int renameat2(int in, const char* from, int out, const char* to, unsigned flags) noexcept {
    step_of_path("rename", to);
    return static_cast<int>(::syscall(SYS_renameat2, in, from, out, to, flags));
}
int rename(const char* from, const char* to) noexcept { return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0); }
int link(const char* from, const char* to) noexcept {
    step_of_path("link", to);
    return static_cast<int>(::syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0));
}
int unlink(const char* path) noexcept {
    step_of_path("unlink", path);
    return static_cast<int>(::syscall(SYS_unlinkat, AT_FDCWD, path, 0));
}
int mkdir(const char* path, mode_t mode) noexcept {
    step_of_path("mkdir", path);
    return static_cast<int>(::syscall(SYS_mkdirat, AT_FDCWD, path, mode));
}

int clock_gettime(clockid_t clock, timespec* time) noexcept {
    const auto done = static_cast<int>(::syscall(SYS_clock_gettime, clock, time));
    if (done == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) add_offset(*time);
    return done;
}
int gettimeofday(timeval* __restrict time, void* __restrict) noexcept {
    timespec now{};
    if (clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
    *time = {.tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1000};
    return 0;
}
time_t time(time_t* into) noexcept {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    if (into != nullptr) *into = now.tv_sec;
    return now.tv_sec;
}

int pthread_create(pthread_t* thread, const pthread_attr_t* how, void* (*run)(void*), void* with) noexcept {
    auto* shared = control();
    if (shared != nullptr && ++shared->threads == shared->refused_thread) return EAGAIN;
    static const auto create = reinterpret_cast<decltype(&pthread_create)>(::dlsym(RTLD_NEXT, "pthread_create"));
    return create(thread, how, run, with);
}

} // extern "C"
