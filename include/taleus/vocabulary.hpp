#pragma once
/// @file
/// The words that both parties, the records and this interface share: sides, requirements, and the states of the two
/// machines (docs/states of the source). Each has one text, which is what records, metrics and JSON carry. Values; any
/// thread.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace taleus {

/// A side of a tally. In an invitation: the inviter's. Whoever holds stock provisions the database.
enum class Role : std::uint8_t {
    stock, ///< the inviter provisions
    foil   ///< the respondent provisions
};
/// `stock` or `foil`. Static storage.
constexpr std::string_view to_text(Role role) { return role == Role::stock ? "stock" : "foil"; }
/// The role of this text; nullopt: there is none.
constexpr std::optional<Role> role_from_text(std::string_view text) {
    if (text == "stock") return Role::stock;
    if (text == "foil") return Role::foil;
    return std::nullopt;
}

/// What a respondent has to prove of itself.
enum class Requirement : std::uint8_t {
    any,     ///< nothing: the secure channel proves its peer id, the party id is what it says
    bound,   ///< the party id is the peer id, or a did:key of the same key
    proof,   ///< a signature over the peer ids of both by the key that the party id names
    external ///< whatever the application's `IdentityCheck` asks for
};
/// The texts of all requirements, in the order of the enumeration.
inline constexpr std::array<std::string_view, 4> requirement_texts{"any", "bound", "proof", "external"};
/// `any`, `bound`, `proof` or `external`. Static storage.
constexpr std::string_view to_text(Requirement requirement) {
    return requirement_texts[static_cast<std::size_t>(requirement)];
}
/// The requirement of this text; nullopt: there is none.
constexpr std::optional<Requirement> requirement_from_text(std::string_view text) {
    for (std::size_t i = 0; i < requirement_texts.size(); ++i)
        if (requirement_texts[i] == text) return static_cast<Requirement>(i);
    return std::nullopt;
}

/// Which of the two programs a session ran in.
enum class Side : std::uint8_t {
    listener, ///< the inviter's
    dialer    ///< the respondent's
};
/// `listener` or `dialer`. Static storage.
constexpr std::string_view to_text(Side side) { return side == Side::listener ? "listener" : "dialer"; }

/// The states of both machines. The last five are the ends of a session.
enum class StateName : std::uint8_t {
    reading_request,          ///< listener: the first message is on its way
    validating_token,         ///< listener: is there a use left?
    validating_identity,      ///< listener: is the claim of identity accepted?
    provisioning_database,    ///< both: the side that holds stock makes the database
    sending_response,         ///< listener: the decision is durable and is being told
    awaiting_database,        ///< listener, foil: the respondent makes the database
    validating_database,      ///< listener, foil: is what it made the tally that was agreed?
    sending_refusal,          ///< listener: the refusal is being told
    connecting,               ///< dialer: the link's addresses are tried
    sending_contact,          ///< dialer: token and claim are being told
    awaiting_response,        ///< dialer: the listener decides
    validating_response,      ///< dialer: is the answer what was agreed?
    sending_database,         ///< dialer, foil: the database is being told
    awaiting_acknowledgement, ///< dialer, foil: the listener puts it on record
    done,                     ///< end: both have the tally
    rejected,                 ///< end: refused
    failed,                   ///< end: something did not work
    timed_out,                ///< end: a deadline passed
    cancelled                 ///< end: the dialer's user interrupted it
};
/// The texts of all states, in the order of the enumeration.
inline constexpr std::array<std::string_view, 19> state_texts{"READING_REQUEST",
                                                              "VALIDATING_TOKEN",
                                                              "VALIDATING_IDENTITY",
                                                              "PROVISIONING_DATABASE",
                                                              "SENDING_RESPONSE",
                                                              "AWAITING_DATABASE",
                                                              "VALIDATING_DATABASE",
                                                              "SENDING_REFUSAL",
                                                              "CONNECTING",
                                                              "SENDING_CONTACT",
                                                              "AWAITING_RESPONSE",
                                                              "VALIDATING_RESPONSE",
                                                              "SENDING_DATABASE",
                                                              "AWAITING_ACKNOWLEDGEMENT",
                                                              "DONE",
                                                              "REJECTED",
                                                              "FAILED",
                                                              "TIMED_OUT",
                                                              "CANCELLED"};
/// The state's text, as documents and records have it: `READING_REQUEST`. Static storage.
constexpr std::string_view to_text(StateName name) { return state_texts[static_cast<std::size_t>(name)]; }
/// The state of this text; nullopt: there is none.
constexpr std::optional<StateName> state_from_text(std::string_view text) {
    for (std::size_t i = 0; i < state_texts.size(); ++i)
        if (state_texts[i] == text) return static_cast<StateName>(i);
    return std::nullopt;
}
/// Is it an end, which a session never leaves?
constexpr bool is_terminal(StateName name) { return name >= StateName::done; }

/// Was the draft read back from the database itself, by the login that the partner gave?
enum class Access : std::uint8_t {
    not_tried, ///< nobody looked: an endpoint of another kind, or reading back is off
    verified,  ///< it is there
    failed     ///< it is not, or nobody is let in
};
/// `not_tried`, `verified` or `failed`. Static storage.
constexpr std::string_view to_text(Access access) {
    return access == Access::not_tried ? "not_tried" : access == Access::verified ? "verified" : "failed";
}

/// What the listener's receipt was worth: who holds one can prove what the listener's audit trail said of this session.
enum class ReceiptCheck : std::uint8_t {
    none,     ///< it gave none
    verified, ///< it holds
    failed    ///< it does not
};
/// `none`, `verified` or `failed`. Static storage.
constexpr std::string_view to_text(ReceiptCheck check) {
    return check == ReceiptCheck::none ? "none" : check == ReceiptCheck::verified ? "verified" : "failed";
}

} // namespace taleus
