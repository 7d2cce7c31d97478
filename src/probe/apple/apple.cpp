// SPDX-License-Identifier: MIT
#include "probe/apple/apple.hpp"

namespace canirun::probe {

void probe_apple(Context& context) {
  context.machine.os = "macOS";
  context.note("this machine",
               "looking at a Mac is not supported yet; describe it instead, for instance --on \"M2 Pro 16GB\"");
}

}  // namespace canirun::probe
