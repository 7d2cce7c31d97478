// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/machine.hpp>
#include <map>
#include <string>
#include <utility>

#include "probe/fs_root.hpp"
#include "probe/probe.hpp"

namespace canirun::probe {

/// What every part of the probe works on: where to look, and the machine that is being filled in.
struct Context {
  const ProbeOptions& options;
  FsRoot fs;
  Machine machine;
  std::map<std::string, std::string> heard;  ///< answers of drivers, as they came

  void note(std::string fact, std::string reason) {
    machine.notes.push_back(ProbeNote{.fact = std::move(fact), .reason = std::move(reason)});
  }
};

/// The whole look, on a context that is set up. Does not throw.
void look_around(Context& context);
/// Whatever happened: one CPU and one pool, so that nothing after this has to ask whether there are any.
void guarantee_a_machine(Machine& machine);

}  // namespace canirun::probe
