// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/result.hpp>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "cli/session.hpp"

namespace canirun::cli {

/// Calls `on_line` for each line of a file descriptor, without its end, in constant memory; a last line needs no end.
/// A line above `max_bytes` is handed over cut (and marked so), the rest of it skipped. `before_wait` is called before
/// each read, when everything that has arrived is dealt with. Returns errno of a failed read, 0 at the end.
int each_line(int file_descriptor, std::size_t max_bytes, const std::function<void(std::string_view, bool was_cut)>& on_line,
              const std::function<bool()>& before_wait);

/// `check --requests FILE|-`: one JSON request a line in, one JSON document a line out, in the same order. A line that
/// cannot be answered gives an error document with its `id`, and the rest goes on. Blank lines are skipped. The flags of
/// the command line are the defaults of every line. Exit code 0 when every line was answered, else 2.
Result<int> answer_stream(Session& session, const std::string& path);

}  // namespace canirun::cli
