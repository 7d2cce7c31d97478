// SPDX-License-Identifier: MIT
#include "probe/vendor/driver_query.hpp"

namespace canirun::probe {

/// Windows has no fork: the program starts itself, and finds the library in the usual place.
ChildAnswer ask_in_child(const DriverQuery& query, const std::string& /*library*/, double timeout_s) {
  return run_self_in_child("__probe " + std::string(query.name), timeout_s);
}

}  // namespace canirun::probe
