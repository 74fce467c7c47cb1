#include "provision/sqlite_provisioner.hpp"

#include "provision/tally_file.hpp"

namespace taleus::provision {

async::awaitable<Result<ports::MadeDatabase>> SqliteProvisioner::provision(ports::Intent intent, ports::Call) {
    return worker_.run([this, intent = std::move(intent)]() -> Result<ports::MadeDatabase> {
        const TallyFile file{
            .tally_id = intent.tally_id, .instance = intent.instance, .draft = intent.draft, .identity = {}};
        if (auto written = write_tally_file(directory_, file); !written) return fail(std::move(written.error()));
        ports::MadeDatabase made;
        made.access = {.endpoint = "taleus-sqlite:" + intent.tally_id, .credentials_ref = "file"};
        return made;
    });
}

async::awaitable<Result<void>> SqliteProvisioner::remove(ports::Intent intent, ports::Call) {
    return worker_.run(
        [this, intent = std::move(intent)] { return remove_tally_file(directory_, intent.tally_id, intent.instance); });
}

} // namespace taleus::provision
