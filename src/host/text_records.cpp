#include "host/text_records.hpp"

#include "base/log.hpp"

#include <arpa/nameser.h>
#include <netdb.h>
#include <resolv.h>

#include <algorithm>
#include <array>
#include <memory>

namespace taleus::host {

namespace {

using Texts = std::vector<std::string>;

constexpr std::size_t answer_bytes_max = 16 * 1024;
constexpr std::size_t texts_max = 64;

// A record's value is a row of pieces, each behind a byte that is its length; together they are one text.
Result<std::string> joined(ByteView value) {
    std::string text;
    while (!value.empty()) {
        const std::size_t size = value.front();
        if (size > value.size() - 1) return fail(Code::malformed, "a TXT record is cut short");
        text += to_text(value.subspan(1, size));
        value = value.subspan(1 + size);
    }
    return text;
}

} // namespace

Result<Texts> texts_in(ByteView message) {
    ns_msg handle{};
    if (::ns_initparse(message.data(), static_cast<int>(message.size()), &handle) != 0)
        return fail(Code::malformed, "the name server's answer is no DNS message");
    Texts texts;
    for (int i = 0; i < ns_msg_count(handle, ns_s_an) && texts.size() < texts_max; ++i) {
        ns_rr record{};
        if (::ns_parserr(&handle, ns_s_an, i, &record) != 0)
            return fail(Code::malformed, "the name server's answer is cut short");
        if (ns_rr_type(record) != ns_t_txt || ns_rr_class(record) != ns_c_in) continue;
        auto text = joined({ns_rr_rdata(record), static_cast<std::size_t>(ns_rr_rdlen(record))});
        if (!text) return fail(std::move(text.error()));
        texts.push_back(std::move(*text));
    }
    return texts;
}

Result<Texts> text_records(const std::string& name, std::optional<sockaddr_in> server) {
    struct __res_state state{};
    if (::res_ninit(&state) != 0) return fail(Code::unreachable, "the system has no resolver");
    const std::unique_ptr<struct __res_state, decltype(&::res_nclose)> open{&state, &::res_nclose};
    state.retrans = 2; // seconds
    state.retry = 2;
    if (server) {
        state.nscount = 1;
        state.nsaddr_list[0] = *server;
    }
    std::array<std::uint8_t, answer_bytes_max> answer;
    const int size =
        ::res_nquery(&state, name.c_str(), ns_c_in, ns_t_txt, answer.data(), static_cast<int>(answer.size()));
    if (size < 0 && state.res_h_errno == NO_DATA) return Texts{};
    if (size < 0)
        return fail(Code::unreachable,
                    fmt::format("cannot resolve {}: {}", escaped(name), ::hstrerror(state.res_h_errno)));
    return texts_in(ByteView{answer}.first(std::min(answer.size(), static_cast<std::size_t>(size))));
}

} // namespace taleus::host
