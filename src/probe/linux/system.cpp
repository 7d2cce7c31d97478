// SPDX-License-Identifier: MIT
#include "probe/linux/system.hpp"

#include <string>

#include "probe/text.hpp"

namespace canirun::probe {
namespace {

/// PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
std::string os_name(const FsRoot& fs) {
  std::string release = fs.text("/etc/os-release");
  if (release.empty()) release = fs.text("/usr/lib/os-release");
  std::string_view name = value_of(release, "PRETTY_NAME", '=').value_or("");
  if (name.size() >= 2 && (name.front() == '"' || name.front() == '\'') && name.back() == name.front()) {
    name = name.substr(1, name.size() - 2);
  }
  return clean_text(name);
}

}  // namespace

void probe_system(Context& context) {
  Machine& machine = context.machine;
  machine.kernel = clean_text(context.fs.text("/proc/sys/kernel/osrelease", 256));
  machine.os = os_name(context.fs);
  if (machine.os.empty()) machine.os = "Linux";
  if (is_wsl(machine)) machine.os += " (WSL)";
  if (context.fs.exists("/.dockerenv") || context.fs.exists("/run/.containerenv")) machine.os += " (container)";
}

bool is_wsl(const Machine& machine) { return lower(machine.kernel).find("microsoft") != std::string::npos; }

bool has_library(const FsRoot& fs, std::string_view soname) {
  for (const std::string_view folder :
       {"/usr/lib/x86_64-linux-gnu/", "/usr/lib/aarch64-linux-gnu/", "/usr/lib64/", "/usr/lib/", "/lib64/", "/lib/",
        "/usr/local/lib/", "/opt/rocm/lib/", "/usr/lib/wsl/lib/"}) {
    if (fs.exists(std::string(folder) + std::string(soname))) return true;
  }
  return false;
}

}  // namespace canirun::probe
