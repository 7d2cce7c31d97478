// SPDX-License-Identifier: MIT
#include "cli/commands.hpp"
#include "probe/probe.hpp"

namespace canirun::cli {
namespace {

/// A second look, for what costs too much to be in every one.
void add_memory_users(Machine& machine) {
  if (!machine.is_this_machine) return;
  probe::ProbeOptions options;
  options.memory_users = true;
  machine.memory_users = probe::probe_machine(options).memory_users;
}

}  // namespace

Result<int> run_hw(Session& session) {
  const Options& options = session.options();
  const Result<std::shared_ptr<const Machine>> found = session.machines().machine_for(options.request);
  if (!found) return tl::unexpected<Error>(found.error());
  Machine machine = **found;
  if (options.top) add_memory_users(machine);
  session.print(options.json ? report::machine_json(machine, session.head(), report::JsonStyle::indented)
                             : report::render_machine_text(machine, session.out(), options.explain, options.top));
  return k_yes;
}

Result<int> run_probe(Session& session) { return probe::run_probe_child(session.options().words.front()); }

}  // namespace canirun::cli
