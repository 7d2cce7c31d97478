// SPDX-License-Identifier: MIT
#pragma once
#include <map>
#include <set>
#include <string>

namespace canirun::probe {

/// What was looked at through an FsRoot, so that it can be written down: paths are inside the root, with every link
/// resolved.
struct FsTrace {
  std::map<std::string, std::string> files;  ///< contents as read; empty for files that were only found to exist
  std::map<std::string, std::string> links;  ///< link -> target as the link says it
  std::set<std::string> folders;
};

}  // namespace canirun::probe
