#include "sim/disk.hpp"

#include "base/ensure.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <new>
#include <set>
#include <utility>

namespace taleus::sim {
namespace {

constexpr std::size_t sector = 512;

struct Change { // not flushed: bytes at a place, or a new size
    std::size_t at = 0;
    Bytes bytes;
    bool is_size = false;
};

void enact(Bytes& content, const Change& change) {
    if (change.is_size) return content.resize(change.at);
    content.resize(std::max(content.size(), change.at + change.bytes.size()));
    std::ranges::copy(change.bytes, content.begin() + static_cast<std::ptrdiff_t>(change.at));
}

struct SharedMemory {
    std::vector<std::unique_ptr<std::uint8_t[]>> regions; // NOLINT(*-avoid-c-arrays): pages that SQLite maps
    std::array<int, SQLITE_SHM_NLOCK> shared{};
    std::array<const void*, SQLITE_SHM_NLOCK> exclusive{};
};

} // namespace

struct Disk::File {
    Bytes content; // as processes see it
    Bytes flushed; // as it is on the medium
    std::vector<Change> unflushed;
    bool is_named = false; // its folder knows it after a cut of power
    std::map<const void*, int> locks;
    std::shared_ptr<SharedMemory> memory;
    std::set<const void*> memory_users;

    void change(Change with) {
        enact(content, with);
        unflushed.push_back(std::move(with));
    }
    void flush() {
        for (const auto& each : unflushed) enact(flushed, each);
        unflushed.clear();
        is_named = true;
    }
};

// --- Disk

Disk::Disk(std::uint64_t seed) : random_{seed} {}
Disk::~Disk() = default;

std::size_t Disk::used() const {
    std::size_t sum = 0;
    for (const auto& [path, file] : files_) sum += file->content.size();
    return sum;
}

void Disk::fill_up() { capacity_ = used(); }

void Disk::put(const std::string& path, Bytes content) {
    auto file = std::make_shared<File>();
    file->flushed = content;
    file->content = std::move(content);
    file->is_named = true;
    files_[path] = std::move(file);
}

const Bytes& Disk::content(const std::string& path) const {
    static const Bytes nothing;
    const auto found = files_.find(path);
    return found == files_.end() ? nothing : found->second->content;
}

std::vector<std::string> Disk::paths() const {
    std::vector<std::string> all;
    for (const auto& [path, file] : files_) all.push_back(path);
    return all;
}

void Disk::decide_fate(File& file) {
    enum class Fate : std::uint8_t { lost, kept, torn };
    const auto mood = random_.below(4); // of this cut: everything lost, everything kept, or each by itself
    for (auto& change : file.unflushed) {
        const auto fate = mood == 0 ? Fate::lost : mood == 1 ? Fate::kept : static_cast<Fate>(random_.below(3));
        if (fate == Fate::lost || (fate == Fate::torn && change.is_size)) {
            ++counts_.lost;
        } else if (fate == Fate::kept) {
            ++counts_.kept;
            enact(file.flushed, change);
        } else {
            ++counts_.torn;
            for (std::size_t at = 0; at < change.bytes.size(); at += sector) {
                if (random_.below(2) == 0) continue;
                const auto end = std::min(at + sector, change.bytes.size());
                enact(file.flushed, {change.at + at, Bytes(change.bytes.begin() + static_cast<std::ptrdiff_t>(at),
                                                           change.bytes.begin() + static_cast<std::ptrdiff_t>(end))});
            }
        }
    }
    file.unflushed.clear();
    file.content = file.flushed;
    file.locks.clear();
    file.memory.reset();
    file.memory_users.clear();
}

void Disk::cut_power() {
    for (auto& [path, file] : ghosts_)
        if (random_.below(2) == 0) files_.try_emplace(path, file);
    ghosts_.clear();
    for (auto& [path, file] : files_) decide_fate(*file);
    std::erase_if(files_, [&](const auto& entry) { return !entry.second->is_named && random_.below(2) == 0; });
}

// --- what SQLite calls

struct Disk::Mount::Handle {
    sqlite3_file base; // first: SQLite sees this
    Mount* mount;
    std::shared_ptr<File> file;
    std::shared_ptr<SharedMemory> memory;
    int level;
};

bool Disk::Mount::may_change() {
    if (is_dead_) return false;
    if (until_death_ && (*until_death_)-- == 0) {
        ++disk_.counts_.deaths;
        kill();
        return false;
    }
    return true;
}

bool Disk::Mount::fails(unsigned& times) {
    if (times == 0) return false;
    --times;
    ++disk_.counts_.errors;
    return true;
}

struct Disk::Mount::Calls {
    static Handle& of(sqlite3_file* file) { return *reinterpret_cast<Handle*>(file); } // NOLINT: SQLite's subclassing
    static Mount& of(sqlite3_vfs* vfs) { return *static_cast<Mount*>(vfs->pAppData); }

    // --- a file
    static int close(sqlite3_file* which) {
        auto& handle = of(which);
        static_cast<void>(unmap(which, 0));
        handle.file->locks.erase(&handle);
        std::erase(handle.mount->handles_, &handle);
        handle.~Handle();
        return SQLITE_OK;
    }
    static int read(sqlite3_file* which, void* to, int size, sqlite3_int64 at) {
        auto& handle = of(which);
        if (handle.mount->is_dead_ || handle.mount->fails(handle.mount->failing_reads_)) return SQLITE_IOERR_READ;
        const auto& content = handle.file->content;
        const auto begin = std::min(static_cast<std::size_t>(at), content.size());
        const auto count = std::min(static_cast<std::size_t>(size), content.size() - begin);
        auto* out = static_cast<std::uint8_t*>(to);
        if (count > 0) std::memcpy(out, content.data() + begin, count);
        if (count == static_cast<std::size_t>(size)) return SQLITE_OK;
        std::memset(out + count, 0, static_cast<std::size_t>(size) - count);
        return SQLITE_IOERR_SHORT_READ;
    }
    static int write(sqlite3_file* which, const void* from, int size, sqlite3_int64 at) {
        auto& handle = of(which);
        auto& disk = handle.mount->disk_;
        if (!handle.mount->may_change() || handle.mount->fails(handle.mount->failing_writes_))
            return SQLITE_IOERR_WRITE;
        const auto place = static_cast<std::size_t>(at);
        const auto end = place + static_cast<std::size_t>(size);
        const auto grows = end > handle.file->content.size() ? end - handle.file->content.size() : 0;
        if (grows > 0 && disk.capacity_ != no_end && disk.used() + grows > disk.capacity_) {
            ++disk.counts_.full;
            return SQLITE_FULL;
        }
        const auto* bytes = static_cast<const std::uint8_t*>(from);
        handle.file->change({place, Bytes(bytes, bytes + size)});
        handle.mount->has_written_ = true;
        return SQLITE_OK;
    }
    static int truncate(sqlite3_file* which, sqlite3_int64 size) {
        auto& handle = of(which);
        if (!handle.mount->may_change()) return SQLITE_IOERR_TRUNCATE;
        handle.file->change({static_cast<std::size_t>(size), {}, true});
        return SQLITE_OK;
    }
    static int sync(sqlite3_file* which, int) {
        auto& handle = of(which);
        if (std::exchange(handle.mount->dies_at_flush_, false)) handle.mount->die_after(0);
        if (!handle.mount->may_change()) return SQLITE_IOERR_FSYNC;
        if (handle.mount->fails(handle.mount->failing_flushes_)) {
            ++handle.mount->disk_.counts_.failed_flushes;
            return SQLITE_IOERR_FSYNC;
        }
        handle.file->flush();
        return SQLITE_OK;
    }
    static int size(sqlite3_file* which, sqlite3_int64* out) {
        *out = static_cast<sqlite3_int64>(of(which).file->content.size());
        return SQLITE_OK;
    }

    // --- locks: of SQLite's five levels
    static int lock(sqlite3_file* which, int level) {
        auto& handle = of(which);
        auto& locks = handle.file->locks;
        if (handle.mount->is_dead_) return SQLITE_IOERR_LOCK;
        if (handle.level >= level) return SQLITE_OK;
        int highest = SQLITE_LOCK_NONE;
        for (const auto& [holder, held] : locks)
            if (holder != &handle) highest = std::max(highest, held);
        if (level == SQLITE_LOCK_SHARED && highest >= SQLITE_LOCK_PENDING) return SQLITE_BUSY;
        if (level == SQLITE_LOCK_RESERVED && highest >= SQLITE_LOCK_RESERVED) return SQLITE_BUSY;
        if (level == SQLITE_LOCK_EXCLUSIVE && highest >= SQLITE_LOCK_SHARED) {
            if (highest >= SQLITE_LOCK_PENDING) return SQLITE_BUSY;
            handle.level = locks[&handle] = SQLITE_LOCK_PENDING;
            return SQLITE_BUSY;
        }
        handle.level = locks[&handle] = level;
        return SQLITE_OK;
    }
    static int unlock(sqlite3_file* which, int level) {
        auto& handle = of(which);
        if (!handle.mount->is_dead_ && handle.level > level) handle.file->locks[&handle] = level;
        handle.level = std::min(handle.level, level);
        return SQLITE_OK;
    }
    static int is_reserved(sqlite3_file* which, int* out) {
        const auto& locks = of(which).file->locks;
        *out = std::ranges::any_of(locks, [](const auto& held) { return held.second >= SQLITE_LOCK_RESERVED; }) ? 1 : 0;
        return SQLITE_OK;
    }
    static int control(sqlite3_file* which, int what, void*) {
        auto& mount = *of(which).mount;
        if (what == SQLITE_FCNTL_CKPT_START && mount.has_written_) ++mount.disk_.counts_.copied_back;
        return SQLITE_NOTFOUND;
    }
    static int sector_size(sqlite3_file*) { return static_cast<int>(sector); }
    static int traits(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

    // --- the memory that the users of a log share
    static int map(sqlite3_file* which, int number, int size, int extend, void volatile** out) {
        auto& handle = of(which);
        auto& file = *handle.file;
        *out = nullptr;
        if (handle.mount->is_dead_) return SQLITE_IOERR_SHMMAP;
        if (!file.memory) file.memory = std::make_shared<SharedMemory>();
        file.memory_users.insert(&handle);
        handle.memory = file.memory;
        auto& regions = handle.memory->regions;
        const auto wanted = static_cast<std::size_t>(number);
        if (wanted >= regions.size() && extend == 0) return SQLITE_OK;
        while (wanted >= regions.size())
            regions.push_back(std::make_unique<std::uint8_t[]>(static_cast<std::size_t>(size))); // NOLINT
        *out = regions[wanted].get();
        return SQLITE_OK;
    }
    static int lock_memory(sqlite3_file* which, int first, int count, int flags) {
        auto& handle = of(which);
        if (handle.mount->is_dead_) return SQLITE_IOERR_SHMLOCK;
        auto& memory = *handle.memory;
        for (auto at = static_cast<std::size_t>(first); at < static_cast<std::size_t>(first + count); ++at) {
            if ((flags & SQLITE_SHM_UNLOCK) != 0) continue;
            if (memory.exclusive.at(at) != nullptr) return SQLITE_BUSY;
            if ((flags & SQLITE_SHM_EXCLUSIVE) != 0 && memory.shared.at(at) > 0) return SQLITE_BUSY;
        }
        for (auto at = static_cast<std::size_t>(first); at < static_cast<std::size_t>(first + count); ++at)
            change_lock(handle, at, flags);
        return SQLITE_OK;
    }
    static void change_lock(Handle& handle, std::size_t at, int flags) {
        auto& memory = *handle.memory;
        const bool is_taken = (flags & SQLITE_SHM_LOCK) != 0;
        if ((flags & SQLITE_SHM_EXCLUSIVE) != 0) {
            memory.exclusive.at(at) = is_taken ? &handle : nullptr;
            return;
        }
        memory.shared.at(at) += is_taken ? 1 : -1;
        if (is_taken)
            handle.mount->shared_.emplace(&handle, at);
        else if (const auto held = handle.mount->shared_.find({&handle, at}); held != handle.mount->shared_.end())
            handle.mount->shared_.erase(held);
    }
    static void barrier(sqlite3_file*) {}
    static int unmap(sqlite3_file* which, int) {
        auto& handle = of(which);
        handle.mount->leave_memory(handle);
        return SQLITE_OK;
    }

    // --- the file system
    static int open(sqlite3_vfs* vfs, sqlite3_filename path, sqlite3_file* to, int flags, int* out) {
        auto& mount = of(vfs);
        to->pMethods = nullptr;
        auto& files = mount.disk_.files_;
        const std::string name = path == nullptr ? std::string{} : path;
        auto found = files.find(name);
        if (mount.is_dead_ || (found == files.end() && (flags & SQLITE_OPEN_CREATE) == 0)) return SQLITE_CANTOPEN;
        if (found == files.end()) {
            // There is no room for a name either.
            if (mount.disk_.capacity_ != no_end && mount.use_ == Use::of_a_process) return SQLITE_CANTOPEN;
            mount.disk_.ghosts_.erase(name);
            found = files.emplace(name, std::make_shared<File>()).first;
        }
        auto* handle = new (to) Handle{{&methods}, &mount, found->second, nullptr, SQLITE_LOCK_NONE};
        mount.handles_.push_back(handle);
        if (out != nullptr) *out = flags;
        return SQLITE_OK;
    }
    static int remove(sqlite3_vfs* vfs, const char* path, int is_flushed) {
        auto& mount = of(vfs);
        if (!mount.may_change()) return SQLITE_IOERR_DELETE;
        const auto found = mount.disk_.files_.find(path);
        if (found == mount.disk_.files_.end()) return SQLITE_IOERR_DELETE_NOENT;
        if (is_flushed == 0) mount.disk_.ghosts_[path] = found->second;
        mount.disk_.files_.erase(found);
        return SQLITE_OK;
    }
    static int access(sqlite3_vfs* vfs, const char* path, int, int* out) {
        *out = of(vfs).disk_.files_.contains(path) ? 1 : 0;
        return SQLITE_OK;
    }
    static int full_path(sqlite3_vfs*, const char* path, int size, char* out) {
        sqlite3_snprintf(size, out, "%s", path); // NOLINT: variadic by SQLite
        return SQLITE_OK;
    }
    static int randomness(sqlite3_vfs* vfs, int size, char* out) {
        of(vfs).disk_.random_.fill({reinterpret_cast<std::uint8_t*>(out), static_cast<std::size_t>(size)}); // NOLINT
        return size;
    }
    static int sleep(sqlite3_vfs*, int microseconds) { return microseconds; }
    static int time(sqlite3_vfs*, double* out) {
        *out = 2'460'000.5;
        return SQLITE_OK;
    }
    static int last_error(sqlite3_vfs*, int, char*) { return 0; }

    static const sqlite3_io_methods methods;
};

const sqlite3_io_methods Disk::Mount::Calls::methods{.iVersion = 2,
                                                     .xClose = close,
                                                     .xRead = read,
                                                     .xWrite = write,
                                                     .xTruncate = truncate,
                                                     .xSync = sync,
                                                     .xFileSize = size,
                                                     .xLock = lock,
                                                     .xUnlock = unlock,
                                                     .xCheckReservedLock = is_reserved,
                                                     .xFileControl = control,
                                                     .xSectorSize = sector_size,
                                                     .xDeviceCharacteristics = traits,
                                                     .xShmMap = map,
                                                     .xShmLock = lock_memory,
                                                     .xShmBarrier = barrier,
                                                     .xShmUnmap = unmap,
                                                     .xFetch = nullptr,
                                                     .xUnfetch = nullptr};

// --- Mount

Disk::Mount::Mount(Disk& disk, Use use) : disk_{disk}, use_{use}, vfs_{std::make_unique<sqlite3_vfs>()} {
    static std::uint64_t mounts = 0;
    name_ = fmt::format("simulated-{}", ++mounts);
    *vfs_ = {};
    vfs_->iVersion = 1;
    vfs_->szOsFile = sizeof(Handle);
    vfs_->mxPathname = 256;
    vfs_->zName = name_.c_str();
    vfs_->pAppData = this;
    vfs_->xOpen = Calls::open;
    vfs_->xDelete = Calls::remove;
    vfs_->xAccess = Calls::access;
    vfs_->xFullPathname = Calls::full_path;
    vfs_->xRandomness = Calls::randomness;
    vfs_->xSleep = Calls::sleep;
    vfs_->xCurrentTime = Calls::time;
    vfs_->xGetLastError = Calls::last_error;
    ensure(sqlite3_vfs_register(vfs_.get(), 0) == SQLITE_OK, "SQLite takes a VFS");
}

Disk::Mount::~Mount() { sqlite3_vfs_unregister(vfs_.get()); }

void Disk::Mount::leave_memory(Handle& handle) {
    if (!handle.memory) return;
    for (auto& holder : handle.memory->exclusive)
        if (holder == &handle) holder = nullptr;
    std::erase_if(shared_, [&](const auto& held) {
        if (held.first == &handle) --handle.memory->shared.at(held.second);
        return held.first == &handle;
    });
    handle.file->memory_users.erase(&handle);
    if (handle.file->memory_users.empty()) handle.file->memory.reset();
    if (!is_dead_) handle.memory.reset(); // a thread of the dead may still look at it
}

void Disk::Mount::kill() {
    if (std::exchange(is_dead_, true)) return;
    for (auto* handle : handles_) {
        leave_memory(*handle);
        handle->file->locks.erase(handle);
    }
}

void Disk::Mount::heal() {
    failing_writes_ = failing_reads_ = failing_flushes_ = 0;
    until_death_.reset();
    dies_at_flush_ = false;
}

} // namespace taleus::sim
