// SPDX-License-Identifier: MIT
#include "probe/vendor/nvml.hpp"

namespace canirun::probe {

/// Windows has no fork: the program starts itself (`canirun __probe`).
ChildAnswer ask_nvml(const ProbeOptions& options) {
  return run_self_in_child(options.memory_users ? "__probe nvidia-users" : "__probe nvidia", options.vendor_timeout_s);
}

}  // namespace canirun::probe
