// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace canirun::cli {

std::vector<std::string> completion_shells();

/// The script a shell reads to complete commands, flags, their choices and the names of models; made from the tables of
/// commands and flags. Nothing for a shell that is not known.
std::optional<std::string> completion_script(std::string_view shell, const std::vector<std::string>& model_ids);

}  // namespace canirun::cli
