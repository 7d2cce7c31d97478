// SPDX-License-Identifier: MIT
#include "probe/windows/windows.hpp"

namespace canirun::probe {

void probe_windows(Context& context) {
  context.machine.os = "Windows";
  context.note("this machine",
               "looking at Windows is not supported yet; run this inside WSL, or describe the machine, for instance --on "
               "\"RTX 4090\"");
}

}  // namespace canirun::probe
