// SPDX-License-Identifier: MIT
#include "cli/commands.hpp"
#include "probe/probe.hpp"

namespace canirun::cli {

Result<int> run_hw(Session& session) {
  const Options& options = session.options();
  const Result<std::shared_ptr<const Machine>> machine = session.machines().machine_for(options.request);
  if (!machine) return tl::unexpected<Error>(machine.error());
  session.print(options.json ? report::machine_json(**machine, session.head(), report::JsonStyle::indented)
                             : report::render_machine_text(**machine, session.out(), options.explain));
  return k_yes;
}

Result<int> run_probe(Session& session) { return probe::run_probe_child(session.options().words.front()); }

}  // namespace canirun::cli
