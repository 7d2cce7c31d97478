// SPDX-License-Identifier: MIT
#include "json/fields_machine.hpp"
#include "report/sections.hpp"

namespace canirun::report {

void write_machine(Node root, const Machine& machine) { root.set("machine", machine); }

std::string machine_json(const Machine& machine, const Head& head, JsonStyle style) {
  Document document("canirun/machine", head);
  write_machine(document.root(), machine);
  return document.text(style);
}

}  // namespace canirun::report
