// SPDX-License-Identifier: MIT
#pragma once
#include "probe/context.hpp"

namespace canirun::probe {

/// Fills machine.os and machine.kernel.
void probe_system(Context& context);

/// Linux as a guest of Windows: NVIDIA's library is in /usr/lib/wsl/lib, the card is not on the PCI bus.
bool is_wsl(const Machine& machine);

/// Whether a shared library with exactly this soname is where the loader usually looks.
bool has_library(const FsRoot& fs, std::string_view soname);

}  // namespace canirun::probe
