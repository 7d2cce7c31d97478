// SPDX-License-Identifier: MIT
#if __has_include("json/fields_machine.hpp")
#include "json/fields_machine.hpp"
#endif
#include "report/sections.hpp"

namespace canirun::report {

void write_machine(Node root, const Machine& machine) {
#if __has_include("json/fields_machine.hpp")
  root.set("machine", machine);
#else
  write_machine_summary(root, machine);
#endif
}

std::string machine_json(const Machine& machine, const Head& head, JsonStyle style) {
  Document document("canirun/machine", head);
  write_machine(document.root(), machine);
  return document.text(style);
}

}  // namespace canirun::report
