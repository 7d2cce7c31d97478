// SPDX-License-Identifier: MIT
#include "probe/vendor/driver_query.hpp"

namespace canirun::probe {

ChildAnswer ask_in_child(const DriverQuery& query, const std::string& library, double timeout_s) {
  return run_in_child([&](int fd) { query.write(library, fd); }, timeout_s);
}

}  // namespace canirun::probe
