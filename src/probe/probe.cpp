// SPDX-License-Identifier: MIT
#include "probe/probe.hpp"

#include <unistd.h>

#include <exception>

#include "probe/apple/apple.hpp"
#include "probe/context.hpp"
#include "probe/linux/linux.hpp"
#include "probe/text.hpp"
#include "probe/vendor/driver_query.hpp"
#include "probe/windows/windows.hpp"

namespace canirun::probe {

void look_around(Context& context) {
  context.machine.is_this_machine = context.fs.is_this_system();
  context.machine.origin = context.machine.is_this_machine ? "this machine" : "recorded machine";
  try {
#if defined(_WIN32)
    probe_windows(context);  // always this system: there, recordings of another's files are not replayed
#else
#if defined(__APPLE__)
    if (context.fs.is_this_system()) return probe_apple(context);
#endif
    probe_linux(context);
#endif
  } catch (const std::exception& error) {  // out of memory, a file system that misbehaves
    context.note("this machine", "the probe gave up half way: " + clean_text(error.what()));
  }
}

void guarantee_a_machine(Machine& machine) {
  if (machine.devices.empty()) {
    Device cpu;
    cpu.id = "cpu";
    cpu.name = "unknown CPU";
    machine.devices.push_back(cpu);
  }
  if (machine.pools.empty()) {
    MemoryPool host;
    host.id = "host";
    host.total_basis = Basis::assumed;
    machine.pools.push_back(host);
  }
}

Machine probe_machine(const ProbeOptions& options) {
  Context context{.options = options, .fs = FsRoot(options.root), .machine = {}, .heard = {}};
  look_around(context);
  guarantee_a_machine(context.machine);
  return std::move(context.machine);
}

int run_probe_child(std::string_view vendor) {
  const DriverQuery* const query = driver_query(vendor);
  if (query == nullptr) return 2;
  query->write("", STDOUT_FILENO);
  return 0;
}

}  // namespace canirun::probe
