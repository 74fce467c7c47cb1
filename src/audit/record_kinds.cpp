// The closed list of what a trail may tell. docs/auditing.md has the same list, and a test compares them.
#include "audit/record.hpp"

#include <array>

namespace taleus::audit {
namespace {

using enum Form;
using enum Need;
using enum Place;

constexpr std::array trail_started{Member{"cause"}, Member{"previous", text, sometimes},
                                   Member{"size", number, sometimes}, Member{"root", text, sometimes}};
constexpr std::array process{Member{"version"}};
constexpr std::array invitation_created{Member{"role"}, Member{"uses", text, sometimes},
                                        Member{"expires", text, sometimes}, Member{"identity", text, sometimes},
                                        Member{"label", text, sometimes, details}};
constexpr std::array settings_changed{Member{"by"}, Member{"persisted", flag}, Member{"changes", value}};
constexpr std::array opened{Member{"side"}, Member{"role", text, sometimes}, Member{"peer", text, always, details},
                            Member{"party", text, sometimes, details}, Member{"address", text, sometimes, details}};
constexpr std::array transition{Member{"from"}, Member{"to"}, Member{"cause"}, Member{"us", number, sometimes},
                                Member{"code", text, sometimes}};
constexpr std::array identity{Member{"requirement"}, Member{"accepted", flag}, Member{"reason"},
                              Member{"said", text, sometimes, details}};
constexpr std::array hook{Member{"hook"}, Member{"outcome"}};
constexpr std::array draft{Member{"verified", flag}, Member{"reason"}};
constexpr std::array access{Member{"access"}, Member{"reason"}};
constexpr std::array decided{Member{"approved", flag, sometimes}, Member{"accepted", flag, sometimes},
                             Member{"role", text, sometimes}, Member{"tallyId", text, sometimes}};
constexpr std::array ended{Member{"outcome", text, sometimes},   Member{"code", text, sometimes},
                           Member{"delivered", flag, sometimes}, Member{"from", text, sometimes},
                           Member{"to", text, sometimes},        Member{"cause", text, sometimes}};
constexpr std::array refused{Member{"code"},
                             Member{"side", text, sometimes},
                             Member{"state", text, sometimes},
                             Member{"outcome", text, sometimes},
                             Member{"message", text, sometimes},
                             Member{"peer", text, sometimes, details},
                             Member{"reason", text, sometimes, details}};
constexpr std::array joined{Member{"peer", text, always, details}};
constexpr std::array replayed{Member{"delivered", flag}, Member{"peer", text, always, details}};
constexpr std::array repeated{Member{"message"}, Member{"delivered", flag}, Member{"peer", text, always, details}};
constexpr std::array receipt{Member{"verified", flag}, Member{"origin", text, sometimes},
                             Member{"size", number, sometimes}, Member{"reason", text, sometimes}};
constexpr std::array instance_removed{Member{"tallyId"}};
constexpr std::array pruned{Member{"before"}, Member{"details", number}, Member{"sessions", number}};

constexpr std::array all{Kind{"trail_started", trail_started},
                         Kind{"started", process},
                         Kind{"stopped", process},
                         Kind{"invitation_created", invitation_created},
                         Kind{"invitation_revoked", {}},
                         Kind{"settings_changed", settings_changed},
                         Kind{"opened", opened},
                         Kind{"resumed", opened},
                         Kind{"transition", transition},
                         Kind{"identity", identity},
                         Kind{"hook", hook},
                         Kind{"draft", draft},
                         Kind{"access", access},
                         Kind{"decided", decided},
                         Kind{"ended", ended},
                         Kind{"refused", refused},
                         Kind{"joined", joined},
                         Kind{"replayed", replayed},
                         Kind{"repeated", repeated},
                         Kind{"summary", {}, true},
                         Kind{"receipt", receipt},
                         Kind{"instance_removed", instance_removed},
                         Kind{"pruned", pruned}};

} // namespace

std::span<const Kind> kinds() { return all; }

} // namespace taleus::audit
