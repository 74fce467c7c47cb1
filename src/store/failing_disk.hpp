#pragma once
// For tests: the operating system's disk, which fails when told to. An SQLite VFS that opens real files and puts its
// own write and sync before theirs.

#include <sqlite3.h>

#include <atomic>
#include <map>
#include <mutex>

namespace taleus::store::testing {

class FailingDisk {
public:
    static constexpr const char* name = "failing";
    static inline std::atomic<int> write_answer{SQLITE_OK};
    static inline std::atomic<int> sync_answer{SQLITE_OK};
    static inline std::atomic<int> database_sync_answer{SQLITE_OK}; // of the database alone, and not of its log

    FailingDisk() {
        auto* real = sqlite3_vfs_find(nullptr);
        vfs_ = *real;
        vfs_.zName = name;
        vfs_.pNext = nullptr;
        vfs_.xOpen = open;
        real_open_ = real->xOpen;
        sqlite3_vfs_register(&vfs_, 0);
    }
    ~FailingDisk() {
        write_answer = SQLITE_OK;
        sync_answer = SQLITE_OK;
        database_sync_answer = SQLITE_OK;
        sqlite3_vfs_unregister(&vfs_);
    }
    FailingDisk(const FailingDisk&) = delete;
    FailingDisk& operator=(const FailingDisk&) = delete;

private:
    static int open(sqlite3_vfs* vfs, sqlite3_filename path, sqlite3_file* file, int flags, int* out) {
        const int code = real_open_(vfs, path, file, flags, out);
        if (code != SQLITE_OK || file->pMethods == nullptr) return code;
        const std::lock_guard lock{mutex_};
        auto& methods = ours_[file->pMethods]; // databases and logs are of different kinds, alike in what is ours
        if (methods.xWrite == nullptr) {
            methods = *file->pMethods;
            real_write_ = methods.xWrite;
            real_sync_ = methods.xSync;
            methods.xWrite = write;
            methods.xSync = (static_cast<unsigned>(flags) & SQLITE_OPEN_MAIN_DB) != 0 ? sync_database : sync;
        }
        file->pMethods = &methods;
        return code;
    }

    static int write(sqlite3_file* to, const void* bytes, int size, sqlite3_int64 at) {
        const int answer = write_answer;
        return answer != SQLITE_OK ? answer : real_write_(to, bytes, size, at);
    }
    static int sync(sqlite3_file* of, int how) {
        const int answer = sync_answer;
        return answer != SQLITE_OK ? answer : real_sync_(of, how);
    }
    static int sync_database(sqlite3_file* of, int how) {
        const int answer = database_sync_answer;
        return answer != SQLITE_OK ? answer : sync(of, how);
    }

    sqlite3_vfs vfs_{};
    static inline int (*real_open_)(sqlite3_vfs*, sqlite3_filename, sqlite3_file*, int, int*) = nullptr;
    static inline decltype(sqlite3_io_methods::xWrite) real_write_ = nullptr;
    static inline decltype(sqlite3_io_methods::xSync) real_sync_ = nullptr;
    static inline std::mutex mutex_;
    static inline std::map<const sqlite3_io_methods*, sqlite3_io_methods> ours_;
};

} // namespace taleus::store::testing
