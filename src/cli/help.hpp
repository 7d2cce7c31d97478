// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "cli/commands.hpp"
#include "cli/flags.hpp"

namespace canirun::cli {

/// `-h` (brief: the usual flags, one screen) or `--help` (all of them) of a command; of the whole program for the
/// command without a name.
std::string render_help(const Command& command, bool brief, const report::Terminal& terminal);

/// "--ctx N", "-V, --version".
std::string spelling_of(const Flag& flag);

/// Text of `canirun help TOPIC`; nothing when there is no such topic. Topics that need the catalog are not among them.
std::optional<std::string> topic_text(std::string_view topic);
std::vector<std::string> topic_names();

}  // namespace canirun::cli
