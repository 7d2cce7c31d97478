// SPDX-License-Identifier: MIT
#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include "probe/context.hpp"
#include "probe/linux/memory_modules.hpp"
#include "probe/recording.hpp"
#include "probe/redact.hpp"
#include "probe/text.hpp"

namespace canirun::probe {
namespace {

/// hwloc reads these by itself; read here once more, they are in the trace.
void read_topology_files(const FsRoot& fs) {
  const std::string cpus = "/sys/devices/system/cpu/", nodes = "/sys/devices/system/node/";
  for (const std::string& list : {cpus, nodes}) {
    for (const char* file : {"online", "possible", "present"}) (void)fs.text(list + file);
  }
  for (const std::string& name : fs.list(cpus)) {
    if (!name.starts_with("cpu") || !whole_number(std::string_view(name).substr(3))) continue;
    const std::string folder = cpus + name;
    for (const char* file :
         {"physical_package_id", "core_id", "core_cpus", "thread_siblings", "package_cpus", "core_siblings"})
      (void)fs.text(folder + "/topology/" + file);
    for (const char* cache : {"index2", "index3"}) {
      for (const char* file : {"level", "type", "size", "shared_cpu_map"})
        (void)fs.text(folder + "/cache/" + cache + "/" + file);
    }
  }
  for (const std::string& name : fs.list(nodes)) {
    if (!name.starts_with("node") || !whole_number(std::string_view(name).substr(4))) continue;
    for (const char* file : {"cpumap", "meminfo"}) (void)fs.text(nodes + name + "/" + file);
  }
}

bool is_text(std::string_view content) {
  return std::all_of(content.begin(), content.end(),
                     [](char c) { return c == '\n' || c == '\t' || (c >= ' ' && c != '\x7f'); });
}

std::string hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += ' ';
    text += digits[byte >> 4U];
    text += digits[byte & 0xfU];
  }
  return text;
}

std::string entry(const std::string& path, std::string content) {
  const std::string head = "@ " + path;
  if (!is_text(content) || content.starts_with('@') || content.find("\n@") != std::string::npos)
    return head + " :" + hex(content) + "\n";
  while (content.ends_with('\n')) content.pop_back();
  if (content.find('\n') == std::string::npos) return head + " = " + content + "\n";
  return head + "\n" + content + "\n";
}

/// Folders that no recorded file or link makes by itself.
bool is_needed(const std::string& folder, const std::set<std::string>& paths) {
  const auto below = paths.lower_bound(folder + "/");
  return below == paths.end() || !below->starts_with(folder + "/");
}

}  // namespace

std::string record_machine(const ProbeOptions& options) {
  Context context{.options = options, .fs = FsRoot(options.root), .machine = {}, .heard = {}};
  const auto trace = std::make_shared<FsTrace>();
  context.fs.trace_into(trace);
  look_around(context);
  read_topology_files(context.fs);

  // The firmware's table is full of serial numbers: what is said about the memory is kept, in the form udev has it in.
  if (trace->files.contains("/sys/firmware/dmi/tables/DMI")) {
    const std::vector<MemoryModule> modules = read_memory_modules(context.fs);
    trace->files.erase("/sys/firmware/dmi/tables/DMI");
    if (!modules.empty()) trace->files["/run/udev/data/+dmi:id"] = as_udev(modules);
  }

  // "/proc/self" is a link to this process's number, which is nobody's business.
  if (const auto self = trace->links.find("/proc/self"); self != trace->links.end()) {
    const std::string own = "/proc/" + self->second + "/";
    std::map<std::string, std::string> renamed;
    for (auto& [path, content] : trace->files)
      renamed[path.starts_with(own) ? "/proc/self/" + path.substr(own.size()) : path] = std::move(content);
    trace->files = std::move(renamed);
    trace->links.erase(self);
  }

  Redactor redactor;
  std::string out =
      "canirun machine recording, version 1. No serial numbers, no names of users, hosts or containers. Read it before you\n"
      "give it away; `--machine FILE` replays it.\n";
  std::set<std::string> paths;
  for (const auto& [path, content] : trace->files) {
    std::string kept = redact_file(path, content);
    out += entry(redactor.text(path), redactor.text(std::move(kept)));
    paths.insert(path);
  }
  for (const auto& [path, target] : trace->links) {
    out += "@ " + redactor.text(path) + " -> " + redactor.text(target) + "\n";
    paths.insert(path);
  }
  for (const std::string& folder : trace->folders) {
    if (is_needed(folder, paths)) out += "@ " + redactor.text(folder) + "/\n";
  }
  for (const auto& [driver, said] : context.heard) {
    out += "@driver " + driver + "\n" + redactor.text(said);
    if (!out.ends_with('\n')) out += "\n";
  }
  return out;
}

}  // namespace canirun::probe
