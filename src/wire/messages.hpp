#pragma once
// The messages of /taleus/bootstrap/1.0.0 (docs/protocol.md): one UTF-8 JSON object each, parsed strictly, unknown
// members ignored. Errors are `malformed` with a context that names the schema's member and never echoes input, and
// that is sent to the partner as the refusal's reason. Values; any thread.

#include "base/bytes.hpp"
#include "base/code.hpp"
#include "base/result.hpp"
#include "wire/json.hpp"

#include <boost/json/value.hpp>
#include <taleus/vocabulary.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace taleus::wire {

inline constexpr std::string_view bootstrap_protocol = "/taleus/bootstrap/1.0.0";
inline constexpr std::size_t message_bytes_default = 64 * 1024;

using taleus::Role; // the inviter's side of the tally
using taleus::role_from_text;
using taleus::to_text;

struct Contact {                        // B -> A
    std::string token;                  // 1..512 bytes
    std::string party_id;               // 1..256 bytes
    boost::json::value identity_bundle; // any JSON, present
    std::vector<std::string> cadre;     // cadrePeerAddrs: at most 64 of at most 512 bytes
};

struct Tally {
    std::string tally_id;   // 1..256 bytes
    std::string created_by; // "stock" or "foil" as the field has it; any text of at most 64 bytes on input
    bool operator==(const Tally&) const = default;
};
struct DatabaseAccess {          // dbConnectionInfo
    std::string endpoint;        // 1..endpoint_bytes_max
    std::string credentials_ref; // 0..credentials_ref_bytes_max
    bool operator==(const DatabaseAccess&) const = default;
};
inline constexpr std::size_t endpoint_bytes_max = 2048;
inline constexpr std::size_t credentials_ref_bytes_max = 512;
// Can a message tell of it, so that whoever gets it can read it: within these bounds, and UTF-8?
bool is_tellable(const DatabaseAccess& database);
// What stands beside `tally` and `dbConnectionInfo` in a result of either direction.
struct Provisioned {
    Tally tally;
    DatabaseAccess database;
    std::optional<boost::json::value> draft;       // extension; an object of at most 4 KiB as text
    std::optional<std::string> sealed_credentials; // extension; at most 4 KiB
    std::optional<boost::json::value> receipt;     // extension; an object of at most 2 KiB as text
};

struct Approved { // ProvisioningResult, approved
    std::string party_id;
    std::vector<std::string> cadre;
    std::optional<Provisioned> provisioned;              // exactly for the stock role
    std::optional<std::string> session_id;               // extension; 1..64 of [A-Za-z0-9_-]
    std::optional<std::chrono::milliseconds> expires_in; // extension, foil; 0..86,400,000
    std::optional<boost::json::value> receipt;           // extension
};
struct Refusal {                                          // ProvisioningResult or acknowledgement, refused
    std::string reason;                                   // at most 512 bytes
    std::optional<Code> code;                             // extension; from `code`, an unknown text reads as `refused`
    std::optional<std::chrono::milliseconds> retry_after; // extension; 0..86,400,000
};
struct DatabaseResult { // B -> A, foil, on a new stream
    Provisioned provisioned;
    std::optional<std::string> session_id; // extension, echoed
};
struct Accepted { // acknowledgement
    std::string tally_id;
    bool draft_verified = false;               // extension: "draft":"verified"
    std::optional<boost::json::value> receipt; // extension
};

// What an inbound stream carries, told apart by its members: `token` makes a contact, `tally` a database result; both
// or neither is malformed.
using InboundMessage = std::variant<Contact, DatabaseResult>;
Result<InboundMessage> parse_inbound(ByteView text);
// Refusals of an unparsable inbound message take the acknowledgement's form when it has `tally` and no `token`.
bool looks_like_database_result(ByteView text);

using Response = std::variant<Approved, Refusal>;
Result<Response> parse_response(ByteView text);

// An answer to message 3 that has `approved` and neither `accepted` nor `code`: a listener that took it for a contact.
struct NotAcknowledged {};
using Acknowledgement = std::variant<Accepted, Refusal, NotAcknowledged>;
Result<Acknowledgement> parse_acknowledgement(ByteView text);

std::string to_json(const Contact& message);
std::string to_json(const Approved& message);
std::string to_json(const DatabaseResult& message);
std::string to_json(const Accepted& message);
enum class RefusalForm : std::uint8_t { result, acknowledgement }; // {"approved":false…} or {"accepted":false…}
std::string to_json(const Refusal& message, RefusalForm form);

// The stored bytes of an approved foil response with `expiresInMs` replaced by what is left now; all else unchanged.
std::string with_expiry(std::string_view approved_json, std::chrono::milliseconds left);

// The stored bytes of an approved response or of an acknowledgement, and the receipt that came of the same commit (JSON
// of an object; empty: none) where it belongs: beside `tally` where there is one.
std::string with_receipt(std::string_view json, std::string_view receipt);

// The reason a refusal carries: for any token code `Invalid token`, for a failed identity `Invalid identity`, for a
// full listener the published text, else `detail`.
std::string reason_for(Code code, std::string_view detail);
// The code of a refusal without one, by the three published reasons; else `refused`.
Code code_of(const Refusal& refusal);

} // namespace taleus::wire
