// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string_view>

namespace canirun::catalog {

/// What family and model of a server's processor say, where a hypervisor hides the name.
struct Generation {
  std::string_view name;    ///< "Emerald Rapids"
  std::string_view record;  ///< of the part with the fastest memory: an upper bound for the others
};

/// `signature`: as the probe writes it, "GenuineIntel-6-207-2" (vendor, family, model, stepping). Nothing for desktop parts,
/// whose names nobody hides.
std::optional<Generation> generation_of(std::string_view signature);

}  // namespace canirun::catalog
