// What an external provisioner answers.
#include "base/ensure.hpp"
#include "provision/external_answer.hpp"
#include "wire/json.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace taleus;
    const auto answer = wire::parse_json({data, size});
    if (!answer || !answer->is_object()) return 0;
    static_cast<void>(provision::removal_of_answer(answer->get_object()));
    const auto database = provision::database_of_answer(answer->get_object());
    if (database) ensure(!database->access.endpoint.empty(), "a database is somewhere");
    return 0;
}
