// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include "formats/file_set.hpp"

namespace canirun::store {

/// Files below a folder, as names relative to it, sorted. Bounded in depth and number; folders that cannot be read and
/// anything that is neither file nor folder are left out; links are followed, circles end at the depth.
std::vector<formats::ListedFile> list_folder(const std::string& folder, int depth);

}  // namespace canirun::store
