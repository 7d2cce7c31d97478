// SPDX-License-Identifier: MIT
#include "cli/completion.hpp"

#include "cli/commands.hpp"
#include "cli/request_checker.hpp"

namespace canirun::cli {

Result<int> run_completion(Session& session) {
  const Options& options = session.options();
  const std::string shell = options.words.empty() ? "" : options.words.front();
  std::vector<std::string> models;
  for (const ModelSpec& model : session.catalog().models()) models.push_back(model.id);
  const std::optional<std::string> script = completion_script(shell, models);
  if (!script) return tl::unexpected<Error>(choice_error("canirun completion", shell, completion_shells()));
  session.print(*script);
  return k_yes;
}

}  // namespace canirun::cli
