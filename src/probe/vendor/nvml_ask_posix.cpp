// SPDX-License-Identifier: MIT
#include "probe/vendor/nvml.hpp"

namespace canirun::probe {

ChildAnswer ask_nvml(const ProbeOptions& options) {
  return run_in_child([&](int fd) { write_nvml_answer(options.nvml_library, fd, options.memory_users); },
                      options.vendor_timeout_s);
}

}  // namespace canirun::probe
