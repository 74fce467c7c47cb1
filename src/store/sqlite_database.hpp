#pragma once
// The database of one file.
//
// A failed flush stops the process: what the disk then holds is unknown, and going on could tell a partner of something
// that a power cut takes back.

#include "store/database.hpp"

#include <sqlite3.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

namespace taleus::store {

class SqliteDatabase final : public Database {
public:
    struct Options {
        std::chrono::milliseconds busy_wait{2000}; // for another process's transaction
        bool query_only = false;
        bool read_only = false; // and nothing of the file is changed, not even how it keeps its log
        std::string vfs = {};   // empty: the operating system's
        int log_pages = 4'000;  // the commit that makes the write-ahead log as long copies it back into the file
    };
    // Opens, or makes with mode 0600: WAL, synchronous=FULL, foreign keys, an untrusted schema.
    static Result<std::unique_ptr<Database>> open(const std::filesystem::path& path, const Options& options);
    ~SqliteDatabase() override { forget_cursors(); } // before the connection that they are of

    void script(const std::string& sql) override;
    void begin() override; // takes the file's one write lock
    void snapshot() override;
    void commit() override; // failing to reach the disk stops the process
    void roll_back() override;
    bool in_transaction() const override;

private:
    class Prepared;
    struct Close {
        void operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }
    };

    SqliteDatabase(std::filesystem::path path, const Options& options) : path_{std::move(path)}, options_{options} {}
    std::unique_ptr<Cursor> make_cursor(std::string_view sql) override;
    Result<void> connect();
    void configure();
    void flush_what_is_read_back();
    void checkpoint();
    void note(int code); // a result code that is an error
    static int wait_while_busy(void* self, int times);

    std::filesystem::path path_;
    Options options_;
    std::unique_ptr<sqlite3, Close> connection_;
    int log_pages_ = 0; // after the latest commit; 0: that wrote nothing
};

} // namespace taleus::store
