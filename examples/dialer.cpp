// A respondent inside a program of one's own: answers an invitation, step by step, and prints what came of it.
//
//   dialer HOME < LINK

#include <taleus/taleus.hpp>

#include <cstdio>
#include <iostream>
#include <iterator>
#include <string>

int main(int argc, char** argv) {
    if (argc != 2) return std::fputs("usage: dialer HOME < LINK\n", stderr), 2;
    const std::string text{std::istreambuf_iterator<char>{std::cin}, {}};

    // Nothing has been sent yet: this is the moment to ask a person.
    const auto link = taleus::parse_link(text);
    if (!link) return std::fprintf(stderr, "%s\n", link.error().context.c_str()), 2;
    std::fprintf(stderr, "invited as %s by %s\n", link->role == taleus::Role::stock ? "foil" : "stock",
                 link->signer.empty() ? "nobody who signed" : link->signer.c_str());

    taleus::DialerSettings settings;
    settings.party.home = argv[1];
    auto dialer = taleus::Dialer::open(settings);
    if (!dialer) return std::fprintf(stderr, "%s\n", dialer.error().context.c_str()), 1;

    taleus::JoinRequest request;
    request.link = text;
    request.progress = [](const taleus::JoinProgress& step) {
        std::fprintf(stderr, "%s %s\n", std::string{to_text(step.state)}.c_str(), step.address.c_str());
    };
    const auto result = dialer->join(request);
    if (!result) return std::fprintf(stderr, "%s\n", result.error().context.c_str()), 1;
    if (!result->is_done()) {
        std::fprintf(stderr, "%s: %s\n", result->code ? std::string{to_text(*result->code)}.c_str() : "failed",
                     result->reason.c_str());
        return 1; // the same join again is safe, and resumes
    }
    std::printf("%s %s\n", result->tally->id.c_str(), result->tally->database.endpoint.c_str());
    return 0;
}
