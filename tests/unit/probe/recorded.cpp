// SPDX-License-Identifier: MIT
#include "recorded.hpp"

#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>

namespace fs = std::filesystem;
namespace {

void put(const fs::path& file, const std::string& content) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << content;
}

/// Linux's bit masks: groups of 32 bits, highest first ("ff,00000000").
std::string mask(const std::vector<unsigned>& cpus) {
  std::map<unsigned, std::uint32_t> groups;
  unsigned highest = 0;
  for (const unsigned cpu : cpus) {
    groups[cpu / 32] |= std::uint32_t{1} << (cpu % 32);
    highest = std::max(highest, cpu / 32);
  }
  std::string text;
  for (unsigned group = highest + 1; group-- > 0;) {
    char hex[16];
    std::snprintf(hex, sizeof hex, group == highest ? "%x" : "%08x", groups[group]);
    text += (text.empty() ? "" : ",") + std::string(hex);
  }
  return text;
}

struct Cpu {
  unsigned core, package;
};

/// "@cpus packages=2 cores=6x2,8x1 l2_kib=1024 l3_kib=32768 l3_cores=8": cores of each package as COUNTxTHREADS. Cores get
/// their numbers in order, threads of one core are neighbours; l3_cores cores share an L3 (0: the package does).
void write_topology(const fs::path& root, const std::string& arguments) {
  std::map<std::string, std::string> options{{"packages", "1"}, {"l2_kib", "0"}, {"l3_kib", "0"}, {"l3_cores", "0"}};
  std::istringstream words(arguments);
  for (std::string word; words >> word;) options[word.substr(0, word.find('='))] = word.substr(word.find('=') + 1);
  std::vector<Cpu> cpus;
  unsigned cores = 0;
  const auto packages = static_cast<unsigned>(std::stoul(options["packages"]));
  for (unsigned package = 0; package < packages; ++package) {
    std::istringstream groups(options.at("cores"));
    for (std::string group; std::getline(groups, group, ',');) {
      const unsigned long count = std::stoul(group), threads = std::stoul(group.substr(group.find('x') + 1));
      for (unsigned long core = 0; core < count; ++core, ++cores) {
        for (unsigned long thread = 0; thread < threads; ++thread) cpus.push_back({cores, package});
      }
    }
  }
  const auto l3_cores = static_cast<unsigned>(std::stoul(options["l3_cores"]));
  const auto alike = [&](auto same) {
    std::vector<unsigned> list;
    for (unsigned i = 0; i < cpus.size(); ++i) {
      if (same(cpus[i])) list.push_back(i);
    }
    return mask(list);
  };
  const fs::path all = root / "sys/devices/system/cpu";
  for (unsigned i = 0; i < cpus.size(); ++i) {
    const Cpu cpu = cpus[i];
    const fs::path folder = all / ("cpu" + std::to_string(i));
    const std::string siblings = alike([&](Cpu c) { return c.core == cpu.core; });
    const std::string package = alike([&](Cpu c) { return c.package == cpu.package; });
    put(folder / "topology/physical_package_id", std::to_string(cpu.package) + "\n");
    put(folder / "topology/core_id", std::to_string(cpu.core) + "\n");
    for (const char* file : {"core_cpus", "thread_siblings"}) put(folder / "topology" / file, siblings + "\n");
    for (const char* file : {"package_cpus", "core_siblings"}) put(folder / "topology" / file, package + "\n");
    const auto cache = [&](const char* index, const char* level, const std::string& kib, const std::string& shared) {
      if (kib == "0") return;
      put(folder / "cache" / index / "level", std::string(level) + "\n");
      put(folder / "cache" / index / "type", "Unified\n");
      put(folder / "cache" / index / "size", kib + "K\n");
      put(folder / "cache" / index / "shared_cpu_map", shared + "\n");
    };
    cache("index2", "2", options["l2_kib"], siblings);
    cache("index3", "3", options["l3_kib"], l3_cores == 0 ? package : alike([&](Cpu c) {
            return c.package == cpu.package && c.core / l3_cores == cpu.core / l3_cores;
          }));
  }
  const std::string range = "0-" + std::to_string(cpus.size() - 1) + "\n";
  for (const char* file : {"online", "possible", "present"}) put(all / file, range);
  std::string nodes = packages == 1 ? "0\n" : "0-" + std::to_string(packages - 1) + "\n";
  for (unsigned node = 0; node < packages; ++node) {
    const fs::path folder = root / "sys/devices/system/node" / ("node" + std::to_string(node));
    put(folder / "cpumap", alike([&](Cpu c) { return c.package == node; }) + "\n");
    put(folder / "meminfo", "Node " + std::to_string(node) + " MemTotal:       33554432 kB\n");
  }
  for (const char* file : {"online", "possible"}) put(root / "sys/devices/system/node" / file, nodes);
}

std::string from_hex(const std::string& text) {
  std::istringstream words(text);
  std::string bytes;
  for (std::string word; words >> word;) bytes += static_cast<char>(std::stoul(word, nullptr, 16));
  return bytes;
}

}  // namespace

Recorded::Recorded(const std::string& name) {
  std::string folder = (fs::temp_directory_path() / "canirun-machine-XXXXXX").native();
  if (::mkdtemp(folder.data()) == nullptr) throw std::runtime_error("no temporary folder");
  root_ = folder;
  if (name.empty()) return;
  std::ifstream file(std::string(CANIRUN_FIXTURES) + "/machines/" + name + ".txt");
  if (!file) throw std::runtime_error("no recorded machine " + name);
  std::string head, content;
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("@", 0) == 0) {
      if (!head.empty()) entry(head, content);
      head = line;
      content.clear();
    } else {
      content += line + "\n";
    }
  }
  if (!head.empty()) entry(head, content);
}

Recorded::~Recorded() {
  std::error_code ignored;
  fs::remove_all(root_, ignored);
}

void Recorded::entry(const std::string& head, const std::string& content) const {
  if (head.rfind("@cpus ", 0) == 0) return write_topology(root_, head.substr(6));
  if (head.rfind("@ /", 0) != 0) throw std::runtime_error("what is " + head);
  const std::string text = head.substr(2);
  const std::size_t end = text.find(' ');
  const std::string path = text.substr(0, end);
  if (end == std::string::npos) return write(path, content);
  const std::string sign = text.substr(end, 4);
  if (sign == " -> ") return link(path, text.substr(end + 4));
  if (sign.substr(0, 3) == " = ") return write(path, text.substr(end + 3) + "\n");
  if (sign.substr(0, 3) == " : ") return write(path, from_hex(text.substr(end + 3)));
  throw std::runtime_error("what is " + head);
}

void Recorded::write(const std::string& path, const std::string& content) const { put(root_ / path.substr(1), content); }

void Recorded::link(const std::string& path, const std::string& target) const {
  fs::create_directories((root_ / path.substr(1)).parent_path());
  fs::create_symlink(target, root_ / path.substr(1));
}

void Recorded::remove(const std::string& path) const { fs::remove_all(root_ / path.substr(1)); }

std::string note_about(const canirun::Machine& machine, const std::string& fact) {
  for (const canirun::ProbeNote& note : machine.notes) {
    if (note.fact == fact) return note.reason;
  }
  return {};
}

const canirun::Device* device_named(const canirun::Machine& machine, const std::string& id) {
  for (const canirun::Device& device : machine.devices) {
    if (device.id == id) return &device;
  }
  return nullptr;
}
