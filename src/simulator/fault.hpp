#pragma once
// What can go wrong in a world, by class. Each class is on or off for a seed, so that some worlds see much of few.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace taleus::simulator {

enum class Fault : std::uint8_t {
    // the network
    slow_network, // long and uneven delays
    refused_dial,
    hanging_dial,
    lost_connection, // with a message
    silent_message,  // half open from a message on
    cut,             // all connections of a node
    silence,         // the same, half open
    held_packets,    // what is under way comes much later
    partition,
    // processes
    crash_of_listener,
    crash_of_dialer,
    power_cut, // of the machine with all homes: what was not flushed is lost, kept or torn
    pause,     // SIGSTOP, and on
    restart,   // in order: drain, stop, boot
    // clocks
    clock_jump,
    clock_drift,
    // what a node depends on
    slow_provisioner,
    late_provisioner, // has made it, and says so after the deadline
    failing_provisioner,
    absent_provisioner,
    hanging_provisioner,
    overrunning_provisioner, // heeds no cancellation
    throwing_provisioner,
    senseless_provisioner,
    slow_hook,
    failing_hook,
    hanging_hook,
    overrunning_hook,
    throwing_hook,
    slow_store,
    stuck_store,
    failing_store,
    unknown_commit, // made or not
    full_disk,
    write_error,
    read_error,
    failed_flush,
    death_in_write, // between two operations on the disk
    // peers
    wrong_token,
    stolen_token, // by a stranger, under another's party id
    false_identity,
    malformed_message,
    unfinished_message,
    slow_message,
    early_leaver,
    greedy_reader, // takes no answer
    late_reader,
    repeated_contact,
    foreign_database, // a result for somebody else's session
    repeated_database,
    other_database, // a second result that says something else
    // the operator
    revocation,
    // what came later, drawn apart (plan.cpp)
    lost_opening, // of a stream, with its connection
    hanging_opening,
    impatience,   // joins that have little time
    interruption, // of a join, by its user
    reload,       // other settings, or such as make no sense
};
inline constexpr std::size_t fault_count = static_cast<std::size_t>(Fault::reload) + 1;

std::string_view to_text(Fault fault);
std::optional<Fault> fault_from_text(std::string_view text);

} // namespace taleus::simulator
