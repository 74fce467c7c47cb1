#include "simulator/counters.hpp"

#include "simulator/fault.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace taleus::simulator {
namespace {

constexpr std::array<std::string_view, 22> listener_arrows{"READING_REQUEST -> VALIDATING_TOKEN",
                                                           "READING_REQUEST -> SENDING_REFUSAL",
                                                           "READING_REQUEST -> FAILED",
                                                           "VALIDATING_TOKEN -> VALIDATING_IDENTITY",
                                                           "VALIDATING_TOKEN -> SENDING_REFUSAL",
                                                           "VALIDATING_IDENTITY -> PROVISIONING_DATABASE",
                                                           "VALIDATING_IDENTITY -> SENDING_RESPONSE",
                                                           "VALIDATING_IDENTITY -> SENDING_REFUSAL",
                                                           "PROVISIONING_DATABASE -> SENDING_RESPONSE",
                                                           "PROVISIONING_DATABASE -> SENDING_REFUSAL",
                                                           "PROVISIONING_DATABASE -> FAILED",
                                                           "SENDING_RESPONSE -> AWAITING_DATABASE",
                                                           "SENDING_RESPONSE -> DONE",
                                                           "AWAITING_DATABASE -> VALIDATING_DATABASE",
                                                           "AWAITING_DATABASE -> TIMED_OUT",
                                                           "VALIDATING_DATABASE -> AWAITING_DATABASE",
                                                           "VALIDATING_DATABASE -> SENDING_REFUSAL",
                                                           "VALIDATING_DATABASE -> DONE",
                                                           "SENDING_REFUSAL -> REJECTED",
                                                           "SENDING_REFUSAL -> FAILED",
                                                           "SENDING_REFUSAL -> TIMED_OUT",
                                                           "SENDING_REFUSAL -> CANCELLED"};

constexpr std::array<std::string_view, 38> dialer_arrows{"CONNECTING -> SENDING_CONTACT",
                                                         "CONNECTING -> SENDING_DATABASE",
                                                         "CONNECTING -> FAILED",
                                                         "CONNECTING -> CANCELLED",
                                                         "CONNECTING -> TIMED_OUT",
                                                         "CONNECTING -> CONNECTING",
                                                         "SENDING_CONTACT -> AWAITING_RESPONSE",
                                                         "SENDING_CONTACT -> CONNECTING",
                                                         "SENDING_CONTACT -> TIMED_OUT",
                                                         "SENDING_CONTACT -> CANCELLED",
                                                         "AWAITING_RESPONSE -> VALIDATING_RESPONSE",
                                                         "AWAITING_RESPONSE -> CONNECTING",
                                                         "AWAITING_RESPONSE -> REJECTED",
                                                         "AWAITING_RESPONSE -> TIMED_OUT",
                                                         "AWAITING_RESPONSE -> CANCELLED",
                                                         "VALIDATING_RESPONSE -> DONE",
                                                         "VALIDATING_RESPONSE -> PROVISIONING_DATABASE",
                                                         "VALIDATING_RESPONSE -> SENDING_DATABASE",
                                                         "VALIDATING_RESPONSE -> FAILED",
                                                         "PROVISIONING_DATABASE -> SENDING_DATABASE",
                                                         "PROVISIONING_DATABASE -> FAILED",
                                                         "PROVISIONING_DATABASE -> TIMED_OUT",
                                                         "PROVISIONING_DATABASE -> CANCELLED",
                                                         "PROVISIONING_DATABASE -> CONNECTING",
                                                         "SENDING_DATABASE -> AWAITING_ACKNOWLEDGEMENT",
                                                         "SENDING_DATABASE -> CONNECTING",
                                                         "SENDING_DATABASE -> TIMED_OUT",
                                                         "SENDING_DATABASE -> CANCELLED",
                                                         "AWAITING_ACKNOWLEDGEMENT -> DONE",
                                                         "AWAITING_ACKNOWLEDGEMENT -> CONNECTING",
                                                         "AWAITING_ACKNOWLEDGEMENT -> FAILED",
                                                         "AWAITING_ACKNOWLEDGEMENT -> CANCELLED",
                                                         "AWAITING_ACKNOWLEDGEMENT -> REJECTED",
                                                         "AWAITING_ACKNOWLEDGEMENT -> TIMED_OUT",
                                                         "REJECTED -> CONNECTING",
                                                         "FAILED -> CONNECTING",
                                                         "TIMED_OUT -> CONNECTING",
                                                         "CANCELLED -> CONNECTING"};

constexpr std::array<std::string_view, 29> rare{"rare boot that failed",
                                                "rare breaker closed again",
                                                "rare breaker half open",
                                                "rare breaker opened",
                                                "rare contact joined a live session",
                                                "rare crash between commit and answer",
                                                "rare deadline by settings since changed",
                                                "rare death between two operations",
                                                "rare dialer compared",
                                                "rare error of the disk",
                                                "rare home that adds up",
                                                "rare honest dialer refused",
                                                "rare honest dialer served",
                                                "rare instance asked for again",
                                                "rare late result of a lease",
                                                "rare log copied back",
                                                "rare refusals in a summary",
                                                "rare restart in order",
                                                "rare resumed wait",
                                                "rare retry answered again",
                                                "rare retry answered by another node",
                                                "rare settings changed under a session",
                                                "rare settings refused",
                                                "rare stopped at a failed flush",
                                                "rare turned away unread",
                                                "rare write kept that was not flushed",
                                                "rare write lost at a cut of power",
                                                "rare write on a full disk",
                                                "rare write torn"};

std::vector<std::string> all_names() {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < fault_count; ++i)
        names.push_back(fmt::format("fault {}", to_text(static_cast<Fault>(i))));
    for (const auto arrow : listener_arrows) names.push_back(fmt::format("arrow listener {}", arrow));
    for (const auto arrow : dialer_arrows) names.push_back(fmt::format("arrow dialer {}", arrow));
    for (const auto one : rare) names.emplace_back(one);
    return names;
}

} // namespace

const std::vector<std::string>& must_be_met() {
    static const auto names = all_names();
    return names;
}

std::vector<std::string> never_met(const Counts& met) {
    std::vector<std::string> missing;
    for (const auto& name : must_be_met())
        if (!met.contains(name)) missing.push_back(name);
    return missing;
}

std::string table(const Counts& met) {
    std::string text;
    for (const auto& name : never_met(met)) text += fmt::format("{:>10}  {}\n", 0, name);
    for (const auto& [name, count] : met) text += fmt::format("{:>10}  {}\n", count, name);
    return text;
}

} // namespace taleus::simulator
