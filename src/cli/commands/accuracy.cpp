// SPDX-License-Identifier: MIT
#include "cli/accuracy.hpp"

#include "cli/commands.hpp"

namespace canirun::cli {

Result<int> run_accuracy(Session& session) {
  report::Accuracy accuracy = make_accuracy(session.resolver());
  accuracy.head = session.head();
  const Options& options = session.options();
  session.print(options.json ? report::accuracy_json(accuracy, report::JsonStyle::indented)
                             : report::render_accuracy_text(accuracy, session.out(), options.explain));
  return k_yes;
}

}  // namespace canirun::cli
