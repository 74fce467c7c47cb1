#include "app/command_tree.hpp"
#include "app/commands.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <memory>

// What the program writes about itself.
namespace taleus::app {

namespace {

Exit write_manuals(const CLI::App& root, const std::string& folder, const Console& console) {
    const auto tree = command_tree(root);
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    for (const auto& command : tree) {
        const auto path = std::filesystem::path{folder} / (manual_name(command) + ".1");
        std::ofstream file{path};
        file << manual_page(command, tree);
        file.close();
        if (file) continue;
        console.error({Code::internal, fmt::format("{} could not be written", path.string())},
                      "name a folder that can be written with --out");
        return Exit::failed;
    }
    if (console.json())
        console.data({{"folder", folder}, {"pages", tree.size()}});
    else
        console.text(fmt::format("{} pages written; read one: man {}/taleus.1", tree.size(), folder));
    return Exit::done;
}

} // namespace

void add_completion(CLI::App& root, Invocation& invocation) {
    auto shell = std::make_shared<std::string>();
    auto* command =
        root.add_subcommand("completion", "print the script that completes this program's words in a shell");
    command->add_option("shell", *shell, "which one")->required()->check(CLI::IsMember({"bash", "zsh", "fish"}));
    command->footer("Example:\n"
                    "  source <(taleus completion bash)\n"
                    "  taleus completion fish > ~/.config/fish/completions/taleus.fish");
    command->callback([&root, &invocation, shell] {
        invocation.run = [&root, &invocation, shell] {
            Console{invocation.json}.text(completion_script(command_tree(root), *shell));
            return Exit::done;
        };
    });
}

void add_manual(CLI::App& root, Invocation& invocation) {
    auto folder = std::make_shared<std::string>("man1");
    auto* command = root.add_subcommand("manual", "write the manual pages, one for each command");
    command->add_option("--out", *folder, "the folder to write them to")->capture_default_str();
    command->footer("Example:\n  taleus manual --out ~/.local/share/man/man1");
    command->callback([&root, &invocation, folder] {
        invocation.run = [&root, &invocation, folder] {
            return write_manuals(root, *folder, Console{invocation.json});
        };
    });
}

} // namespace taleus::app
