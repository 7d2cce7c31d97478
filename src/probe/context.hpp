// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/machine.hpp>
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

  void note(std::string fact, std::string reason) {
    machine.notes.push_back(ProbeNote{.fact = std::move(fact), .reason = std::move(reason)});
  }
};

}  // namespace canirun::probe
