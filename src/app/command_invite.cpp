#include "app/commands.hpp"
#include "app/qr.hpp"
#include "library/invite.hpp"
#include "protocol/token.hpp"
#include "wire/link.hpp"
#include "wire/utf8.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <iostream>

namespace taleus::app {

namespace {

struct CreateOptions {
    std::string role;
    std::string uses = "1";
    std::optional<std::uint64_t> per_peer;
    std::string expires = "24h";
    std::string identity = "any";
    std::string label;
    std::optional<std::string> token; // none: a new one is made
    bool qr = false;
    std::string png;
    std::string out;
};

constexpr std::uint64_t uses_max = 1'000'000'000;

std::string hint_no_address() {
    return "start the listener once (taleus serve), or set p2p.announce in config.toml to how others reach it";
}

Result<std::string> token_of(const CreateOptions& options, Random& random) {
    if (!options.token) return library::new_token(random);
    std::string token = *options.token;
    if (token == "-") {
        std::string line;
        std::getline(std::cin, line);
        token = first_line(line);
    }
    if (const auto good = library::check_token(token); !good) return fail(good.error());
    return token;
}

Result<UtcTime> expiry_of(std::string_view text, UtcTime now) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const std::string_view unit{end, static_cast<std::size_t>(text.data() + text.size() - end)};
    if (error == std::errc{} && number > 0 && number <= 1'000'000) {
        if (unit == "s") return now + std::chrono::seconds{number};
        if (unit == "m") return now + std::chrono::minutes{number};
        if (unit == "h") return now + std::chrono::hours{number};
        if (unit == "d") return now + std::chrono::days{number};
    }
    if (const auto time = utc_from_text(text); time && *time > now) return time;
    return fail(Code::malformed,
                "--expires takes a duration such as 24h or 7d, or a time to come such as 2027-01-31T12:00:00Z");
}

Result<std::optional<std::uint64_t>> uses_of(std::string_view text) {
    if (text == "unlimited") return std::nullopt;
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number == 0 || number > uses_max)
        return fail(Code::malformed, "--uses takes a number from 1, or unlimited");
    return number;
}

boost::json::object json_of(const ports::InvitationView& view, UtcTime now) {
    const auto& invitation = view.invitation;
    boost::json::object out{{"id", id_of(invitation.token)},
                            {"role", wire::to_text(invitation.role)},
                            {"state", protocol::standing(invitation, view.usage, now)},
                            {"created", to_text(invitation.created)},
                            {"expires", to_text(invitation.expiry)}};
    out["uses"] = invitation.uses ? boost::json::value(*invitation.uses) : boost::json::value("unlimited");
    if (invitation.per_peer) out["perPeer"] = *invitation.per_peer;
    out["spent"] = view.usage.spent;
    out["reserved"] = view.usage.reserved;
    out["identity"] = protocol::to_text(invitation.requirement);
    out["label"] = invitation.label;
    if (invitation.revoked) out["revoked"] = to_text(*invitation.revoked);
    return out;
}

std::string uses_text(const ports::InvitationView& view) {
    const auto& uses = view.invitation.uses;
    return fmt::format("{}/{}", view.usage.spent, uses ? std::to_string(*uses) : "unlimited");
}

bool fits_terminal(const QrCode& code) {
    winsize size{};
    if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0) return true; // no terminal: whoever reads it may scroll
    return code.terminal_columns() <= size.ws_col && code.terminal_rows() <= size.ws_row;
}

// The QR as asked for: on the terminal, as PNG, or, where the terminal is too small, as PNG instead.
Result<void> show_qr(const CreateOptions& options, const std::string& uri, const Console& console) {
    if (!options.qr && options.png.empty()) return {};
    std::string text = uri; // case means nothing in it, and upper case alone takes a third less room
    std::ranges::transform(text, text.begin(),
                           [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    const auto code = QrCode::of(text);
    if (!code) return fail(code.error());
    auto png = options.png;
    if (options.qr) {
        if (fits_terminal(*code)) {
            console.note(code->for_terminal(console.colour()));
        } else {
            if (png.empty()) png = "invite.png";
            console.note(fmt::format("the terminal is too small for the QR code ({} columns, {} rows); wrote {}",
                                     code->terminal_columns(), code->terminal_rows(), png));
        }
    }
    if (png.empty()) return {};
    const auto image = code->as_png(8);
    return image ? write_file(png, *image, 0600) : fail(image.error());
}

Exit create(OpenHome& home, const Console& console, const CreateOptions& options) {
    SystemRandom random;
    const auto now = home.engine.clock().utc();
    const auto usage_error = [&](const Error& error) {
        console.error(error, "see: taleus invite create --help");
        return Exit::usage;
    };
    const auto expiry = expiry_of(options.expires, now);
    if (!expiry) return usage_error(expiry.error());
    const auto uses = uses_of(options.uses);
    if (!uses) return usage_error(uses.error());
    const auto token = token_of(options, random);
    if (!token) return usage_error(token.error());
    if (token->size() < 16)
        console.note("warning: this token is short enough to be guessed; 16 bytes or more are safe");
    if (options.identity == "external" && home.config.identity_hook.empty())
        return usage_error(Error{Code::malformed, "no external identity check is configured; set identity.hook"});

    const auto addresses = home.engine.run(library::link_addresses(home.ground(), home.config.announce));
    if (!addresses) return console.error(addresses.error(), hint_no_address()), Exit::failed;

    const protocol::Invitation invitation{.token = protocol::hash_of_token(*token),
                                          .role = *wire::role_from_text(options.role),
                                          .created = now,
                                          .expiry = *expiry,
                                          .uses = *uses,
                                          .per_peer = options.per_peer,
                                          .requirement = *protocol::requirement_from_text(options.identity),
                                          .label = options.label,
                                          .revoked = std::nullopt};
    const auto id = id_of(invitation.token);
    const auto made = home.engine.run(library::issue(home.ground(), invitation, *token, *addresses));
    if (!made) {
        const bool exists = made.error().code == Code::conflict;
        console.error(exists ? Error{Code::conflict, "an invitation with this token exists already"} : made.error(),
                      exists ? "leave --token out and a new one is made" : "");
        return Exit::failed;
    }

    const auto& link = *made;
    const auto uri = wire::to_uri(link, home.key);
    const auto written = options.out.empty() ? Result<void>{} : write_file(options.out, as_bytes(uri + "\n"), 0600);
    if (!written)
        console.note(
            fmt::format("taleus: {}\n  the invitation exists: note its link, or revoke it (taleus invite revoke {})",
                        written.error().context, id));
    const auto shown = show_qr(options, wire::to_uri(link, home.key, 2), console);
    if (!shown)
        console.note(
            fmt::format("taleus: no QR code: {}\n  the invitation exists; its link is below", shown.error().context));
    if (console.json())
        console.data({{"id", id}, {"uri", uri}, {"link", boost::json::parse(wire::to_json(link, home.key))}});
    else if (options.out.empty() || !written)
        console.text(uri);
    console.note(fmt::format("invitation {}: {}, {} use{}, expires {} ({})", id, options.role, options.uses,
                             options.uses == "1" ? "" : "s", to_text(*expiry), relative(*expiry, now)));
    return written && shown ? Exit::done : Exit::failed;
}

Exit list(OpenHome& home, const Console& console) {
    const auto invitations = home.engine.run(home.journal->invitations());
    if (!invitations) return console.error(invitations.error()), Exit::failed;
    const auto now = home.engine.clock().utc();
    if (console.json()) {
        for (const auto& view : *invitations) console.data(json_of(view, now));
        return Exit::done;
    }
    if (invitations->empty()) {
        console.note("no invitations yet; make one: taleus invite create --role stock");
        return Exit::done;
    }
    std::vector<std::vector<std::string>> rows{{"ID", "ROLE", "STATE", "USES", "EXPIRES", "LABEL"}};
    for (const auto& view : *invitations)
        rows.push_back({id_of(view.invitation.token), std::string{wire::to_text(view.invitation.role)},
                        std::string{protocol::standing(view.invitation, view.usage, now)}, uses_text(view),
                        relative(view.invitation.expiry, now), readable(view.invitation.label)});
    console.text(table(rows));
    return Exit::done;
}

Exit unknown(const Console& console, const std::string& id) {
    console.error({Code::invalid_token, fmt::format("no invitation has the id {}", escaped(id))},
                  "list them: taleus invite list");
    return Exit::failed;
}

Exit show(OpenHome& home, const Console& console, const std::string& id) {
    const auto view = home.engine.run(home.journal->invitation(id));
    if (!view) return console.error(view.error()), Exit::failed;
    if (!*view) return unknown(console, id);
    const auto shown = json_of(**view, home.engine.clock().utc());
    if (console.json()) return console.data(shown), Exit::done;
    for (const auto& [name, value] : shown)
        console.text(fmt::format("{:10} {}", std::string_view{name},
                                 value.is_string() ? readable(value.as_string(), 512) : boost::json::serialize(value)));
    console.note("the link was shown when it was made and is not kept: tokens are stored hashed");
    return Exit::done;
}

Exit revoke(OpenHome& home, const Console& console, const std::string& id) {
    const auto revoked = home.engine.run(library::revoke(home.ground(), id));
    if (!revoked) return console.error(revoked.error()), Exit::failed;
    if (!*revoked) return unknown(console, id);
    const auto& full = **revoked;
    if (console.json()) console.data({{"id", full}, {"state", "revoked"}});
    console.note(fmt::format("invitation {} is revoked; sessions under way finish", full));
    return Exit::done;
}

} // namespace

void add_invite(CLI::App& root, Invocation& invocation) {
    auto* invite = root.add_subcommand("invite", "make, list, show and revoke invitations");
    invite->require_subcommand(1);

    auto options = std::make_shared<CreateOptions>();
    auto* making = invite->add_subcommand("create", "make an invitation and print its link");
    making->add_option("--role", options->role, "your side of the tally: stock (this node provisions) or foil")
        ->required()
        ->check(CLI::IsMember({"stock", "foil"}));
    making->add_option("--uses", options->uses, "how many tallies it may make: 1, N or unlimited")
        ->capture_default_str();
    making->add_option("--per-peer", options->per_peer, "how many of them one peer may have")
        ->check(CLI::Range(std::uint64_t{1}, uses_max, "a number from 1"));
    making->add_option("--expires", options->expires, "a duration (24h, 7d) or a time in UTC")->capture_default_str();
    making
        ->add_option("--identity", options->identity, "what the other party must prove: any, bound, proof or external")
        ->capture_default_str()
        ->check(CLI::IsMember({"any", "bound", "proof", "external"}));
    making->add_option("--label", options->label, "a note for yourself, never sent")
        ->check([](const std::string& text) {
            return text.size() <= 256 && wire::is_utf8(text) ? std::string{}
                                                             : std::string{"a label has at most 256 bytes of UTF-8"};
        });
    making->add_option("--token", options->token, "a token of your own; - reads it from standard input");
    making->add_flag("--qr", options->qr, "show it as a QR code on the terminal");
    making->add_option("--png", options->png, "write it as a QR code to this PNG file");
    making->add_option("--out", options->out, "write the link to this file instead of printing it");
    making->footer(
        "Example:\n  taleus invite create --role stock --expires 7d --label \"market stall\" --out invite.txt");
    making->callback([&invocation, options] {
        invocation.run = [&invocation, options] {
            return with_home(invocation,
                             [&](OpenHome& home, const Console& console) { return create(home, console, *options); });
        };
    });

    auto* listing = invite->add_subcommand("list", "all invitations, newest first");
    listing->footer("Example:\n  taleus invite list --json");
    listing->callback([&invocation] { invocation.run = [&invocation] { return with_home(invocation, list); }; });

    auto id = std::make_shared<std::string>();
    const auto with_id = [&](const char* name, const char* about, auto action) {
        auto* command = invite->add_subcommand(name, about);
        command->add_option("ID", *id, "its id, or the beginning of it")->required();
        command->footer(fmt::format("Example:\n  taleus invite {} 3f9a1c", name));
        command->callback([&invocation, id, action] {
            invocation.run = [&invocation, id, action] {
                return with_home(invocation,
                                 [&](OpenHome& home, const Console& console) { return action(home, console, *id); });
            };
        });
    };
    with_id("show", "one invitation, without its token", show);
    with_id("revoke", "stop new sessions by it", revoke);
}

} // namespace taleus::app
