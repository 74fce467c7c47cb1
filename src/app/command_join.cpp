#include "app/commands.hpp"
#include "app/configured_hooks.hpp"
#include "app/party_settings.hpp"
#include "app/terminal.hpp"
#include "protocol/dialer.hpp"
#include "wire/link.hpp"

#include <fmt/format.h>
#include <taleus/asio.hpp>
#include <taleus/dialer.hpp>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace taleus::app {

namespace {

constexpr std::size_t link_bytes_max = 256 * 1024;

struct JoinOptions {
    std::string link; // -, taleus:…, {…, a file; empty: asked for
    std::string expect;
    bool require_signed = false;
};

Result<std::string> read_link(const std::string& source) {
    if (source.empty()) {
        if (::isatty(STDIN_FILENO) != 1)
            return fail(Code::malformed, "no link was given; name a file, or - for standard input");
        return ask_silently("link (not shown): ", link_bytes_max);
    }
    if (wire::looks_like_link(source)) return source;
    // By its descriptor: /dev/stdin cannot be opened where it is a socket, as under Node.js.
    const auto content = source == "-" ? read_descriptor(STDIN_FILENO, link_bytes_max, "standard input")
                                       : read_file(source, link_bytes_max);
    if (!content) return fail(Code::malformed, content.error().context);
    return to_text(*content);
}

void show_link(const Link& link, const Console& console, UtcTime now) {
    const auto signer = link.signer.empty() ? "unsigned: anyone may have edited it" : link.signer;
    console.note(fmt::format("invitation  signed by  {}\n            you are    {}\n            expires    {} ({})",
                             signer,
                             link.role == Role::stock ? "foil (the inviter holds stock and provisions)"
                                                      : "stock (you provision the database)",
                             to_text(link.expiry), relative(link.expiry, now)));
    if (!link.requirement.empty())
        console.note(fmt::format("            requires   {}", readable(link.requirement, 1024)));
    if (link.signer.empty()) console.note("warning: bare JSON link; --require-signed refuses such links");
}

boost::json::object json_of(const JoinResult& result, const Link& link) {
    boost::json::object out{{"outcome", protocol::outcome_text(result.outcome)}};
    if (!result.tally) {
        if (result.code) out["code"] = to_text(*result.code);
        out["reason"] = result.reason;
        return out;
    }
    const auto& tally = *result.tally;
    out["resumed"] = result.resumed;
    out["signed"] = !link.signer.empty();
    out["sessionId"] = result.session;
    out["role"] = to_text(tally.role);
    out["tally"] = {{"tallyId", tally.id}, {"createdBy", tally.created_by}};
    out["dbConnectionInfo"] = {{"endpoint", tally.database.endpoint},
                               {"credentialsRef", tally.database.credentials_ref}};
    out["draft"] = tally.draft_verified ? "verified" : "none";
    out["acknowledged"] = tally.acknowledged;
    out["confirmed"] = tally.confirmed;
    out["access"] = to_text(tally.access);
    out["receipt"] = to_text(result.receipt);
    out["peerId"] = result.peer;
    out["address"] = result.address;
    return out;
}

Exit exit_of(const JoinResult& result) {
    if (result.is_done()) return Exit::done;
    if (result.outcome == StateName::rejected) return Exit::refused;
    if (result.outcome == StateName::timed_out) return Exit::timed_out;
    if (result.outcome == StateName::cancelled) return Exit::interrupted;
    const auto code = result.code.value_or(Code::internal);
    if (code == Code::unreachable) return Exit::unreachable;
    if (code == Code::bad_link) return Exit::usage;
    return protocol::dialer::is_nonsense(code) ? Exit::nonsense : Exit::failed;
}

// What a person can do about it, by code; the same join again is right for all that are not listed.
std::string_view next_step(Code code, Exit exit) {
    if (exit == Exit::nonsense && code != Code::role_mismatch)
        return "the inviter's program does not follow the protocol; nothing was agreed here. Tell the inviter";
    static constexpr std::array<std::pair<Code, std::string_view>, 9> steps{{
        {Code::invalid_token, "the inviter does not know this token; ask for a new invitation"},
        {Code::token_expired, "ask the inviter for a new invitation"},
        {Code::token_used, "all its uses are spent; ask the inviter for a new invitation"},
        {Code::token_revoked, "the inviter revoked it; ask for a new one"},
        {Code::invalid_identity, "the inviter requires another proof of identity (see: requires, above)"},
        {Code::unreachable, "is the inviter's listener running and reachable from here? try again later"},
        {Code::not_acknowledged, "your database is kept; run the same join again to deliver it"},
        {Code::bad_link, "ask for the link again; it is damaged or was altered"},
        {Code::role_mismatch, "nothing was provisioned; ask the inviter for a fresh link"},
    }};
    const auto found = std::ranges::find(steps, code, &std::pair<Code, std::string_view>::first);
    return found != steps.end() ? found->second : "run the same join again; it resumes where this one ended";
}

void show_result(const JoinResult& result, const Link& link, const Console& console) {
    if (console.json()) {
        console.data(json_of(result, link));
        return;
    }
    if (!result.tally) return;
    const auto& tally = *result.tally;
    console.text(fmt::format(
        "tally      {}\npartner    {}\ndatabase   {}\ndraft      {}\nconfirmed  {}\naccess     {}\nreceipt    {}{}",
        console.bold(readable(tally.id, 256)), readable(tally.partner_party, 256),
        readable(tally.database.endpoint, 2048), tally.draft_verified ? "verified" : "none",
        tally.confirmed ? "yes" : "no", to_text(tally.access), to_text(result.receipt),
        result.resumed ? "\n(answered from this home's records)" : ""));
}

// The steps as they happen: a line redrawn on a terminal, JSON lines with --json.
class Steps {
public:
    Steps(const Console& console, const async::Clock& clock) : console_{console}, clock_{clock}, start_{clock.now()} {}

    void operator()(const JoinProgress& step) const {
        const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.now() - start_).count();
        if (console_.json()) {
            boost::json::object line{{"step", to_text(step.state)}, {"elapsedMs", elapsed}};
            if (!step.address.empty()) line["address"] = step.address;
            if (!step.text.empty()) line["text"] = step.text;
            console_.data(line);
        } else {
            console_.progress(fmt::format("{:>6} ms  {}{}{}", elapsed, to_text(step.state),
                                          step.address.empty() ? "" : "  " + step.address,
                                          step.text.empty() ? "" : "  (" + step.text + ")"));
        }
    }

private:
    const Console& console_;
    const async::Clock& clock_;
    Instant start_;
};

Exit failed_before(const Console& console, const Error& error) {
    if (console.json()) console.data({{"outcome", "failed"}, {"code", to_text(error.code)}, {"reason", error.context}});
    const bool is_misused = error.code == Code::malformed;
    const auto exit = is_misused || error.code == Code::bad_link ? Exit::usage : Exit::failed;
    console.note(fmt::format("taleus: {}\n  {}", error.context,
                             is_misused ? "see: taleus join --help" : next_step(error.code, exit)));
    return exit;
}

// What comes of it, or why it did not begin. A signal ends it.
Result<JoinResult> join_until_signal(Dialer& dialer, Engine& engine, JoinRequest request) {
    std::optional<Result<JoinResult>> end;
    const auto joining = dialer.join(std::move(request), [&](Result<JoinResult> result) {
        end = std::move(result);
        engine.stop();
    });
    const auto signals = engine.on_signal([&] { joining.cancel(); });
    engine.run_until_stopped();
    return std::move(*end);
}

Exit join(const ConfiguredHome& home, const Console& console, const JoinOptions& options) {
    auto hooks = hooks_of(home.config);
    if (!hooks) return failed_before(console, hooks.error());
    Engine engine; // what the dialer tells is told here
    hooks->executor = asio::on(engine.executor());
    auto dialer = Inside::open(dialer_settings(home), *hooks, beyond(home));
    if (!dialer) return not_opened(dialer.error(), console);

    auto text = read_link(options.link);
    if (!text) return failed_before(console, text.error());
    const Steps steps{console, engine.clock()};
    JoinRequest request{.link = std::move(*text),
                        .expected_signer = options.expect,
                        .require_signed = options.require_signed,
                        .progress = [&steps](const JoinProgress& step) { steps(step); }};
    const auto link = checked_link(request);
    if (!link) return failed_before(console, link.error());
    show_link(*link, console, engine.clock().utc());

    const auto result = join_until_signal(*dialer, engine, std::move(request));
    if (!result) return failed_before(console, result.error());
    console.end_progress();
    show_result(*result, *link, console);
    const auto exit = exit_of(*result);
    if (!result->is_done())
        console.note(fmt::format("taleus: {}{}: {}\n  {}", protocol::outcome_text(result->outcome),
                                 result->code ? fmt::format(" ({})", to_text(*result->code)) : "", result->reason,
                                 next_step(result->code.value_or(Code::internal), exit)));
    return exit;
}

} // namespace

void add_join(CLI::App& root, Invocation& invocation) {
    auto options = std::make_shared<JoinOptions>();
    auto* command = root.add_subcommand("join", "answer an invitation");
    command->add_option(
        "LINK", options->link,
        "a file, - for standard input, or the link itself (which others on this machine could then see); "
        "without it, asked for");
    command->add_option("--expect", options->expect, "the peer id that must have signed the link");
    command->add_flag("--require-signed", options->require_signed, "refuse a bare JSON link");
    command->footer("Example:\n  taleus join invite.txt\n  taleus join - --json < invite.txt");
    command->callback([&invocation, options] {
        invocation.run = [&invocation, options] {
            return with_configured_home(invocation, [&](const ConfiguredHome& home, const Console& console) {
                return join(home, console, *options);
            });
        };
    });
}

} // namespace taleus::app
