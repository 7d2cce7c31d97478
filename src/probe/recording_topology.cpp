// SPDX-License-Identifier: MIT
// The short form of a processor's topology in a recording.
#include <algorithm>
#include <array>
#include <map>

#include "probe/recording.hpp"
#include "probe/text.hpp"

namespace canirun::probe {
namespace {

constexpr unsigned k_most_cpus = 4096;

/// Linux's bit masks: groups of 32 bits, highest first ("ff,00000000").
std::string mask(const std::vector<unsigned>& cpus) {
  std::vector<std::uint32_t> groups;
  for (const unsigned cpu : cpus) {
    if (groups.size() <= cpu / 32) groups.resize(cpu / 32 + 1);
    groups[cpu / 32] |= std::uint32_t{1} << (cpu % 32);
  }
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (std::size_t group = groups.size(); group-- > 0;) {
    if (!text.empty()) text += ",";
    for (unsigned shift = 32; shift > 0;) {
      shift -= 4;
      text += digits[groups[group] >> shift & 0xf];
    }
  }
  return text + "\n";
}

struct Cpu {
  unsigned core, package;
};

struct Words {
  unsigned packages = 1, l3_cores = 0, l2_kib = 0, l3_kib = 0;
  std::vector<std::pair<unsigned, unsigned>> cores;  ///< count, threads
};

Result<Words> read_words(std::string_view arguments) {
  Words words;
  const std::map<std::string_view, unsigned*> numbers{
      {"packages", &words.packages}, {"l2_kib", &words.l2_kib}, {"l3_kib", &words.l3_kib}, {"l3_cores", &words.l3_cores}};
  for (const std::string_view word : words_of(arguments)) {
    const std::size_t equals = std::min(word.find('='), word.size());
    const std::string_view key = word.substr(0, equals);
    std::string_view value = word.substr(std::min(equals + 1, word.size()));
    if (const auto at = numbers.find(key); at != numbers.end()) {
      const auto number = whole_number(value);
      if (!number || *number > 10'000'000) return fail(ErrorKind::malformed, "@cpus: not a number");
      *at->second = static_cast<unsigned>(*number);
      continue;
    }
    if (key != "cores") return fail(ErrorKind::malformed, "@cpus: a word that is not known");
    while (!value.empty()) {
      const std::string_view group = value.substr(0, value.find(','));
      const std::size_t times = std::min(group.find('x'), group.size());
      const auto count = whole_number(group.substr(0, times)),
                 threads = whole_number(group.substr(std::min(times + 1, group.size())));
      if (!count || !threads || *count > k_most_cpus || *threads > 8 || *threads == 0)
        return fail(ErrorKind::malformed, "@cpus: expected cores=COUNTxTHREADS");
      words.cores.emplace_back(static_cast<unsigned>(*count), static_cast<unsigned>(*threads));
      value.remove_prefix(std::min(group.size() + 1, value.size()));
    }
  }
  if (words.cores.empty() || words.packages == 0 || words.packages > 64)
    return fail(ErrorKind::malformed, "@cpus: no cores");
  return words;
}

}  // namespace

Result<void> add_topology(std::string_view arguments, std::vector<RecordedEntry>& entries) {
  const Result<Words> words = read_words(arguments);
  if (!words) return tl::unexpected<Error>(words.error());
  std::vector<Cpu> cpus;
  unsigned cores = 0;
  for (unsigned package = 0; package < words->packages; ++package) {
    for (const auto& [count, threads] : words->cores) {
      for (unsigned core = 0; core < count; ++core, ++cores) {
        for (unsigned thread = 0; thread < threads; ++thread) cpus.push_back({cores, package});
      }
    }
    if (cpus.size() > k_most_cpus) return fail(ErrorKind::malformed, "@cpus: more than 4096 processors");
  }
  const auto put = [&entries](std::string path, std::string content) {
    entries.push_back({RecordedEntry::Kind::file, std::move(path), std::move(content)});
  };
  const auto alike = [&](auto same) {
    std::vector<unsigned> list;
    for (unsigned i = 0; i < cpus.size(); ++i) {
      if (same(cpus[i])) list.push_back(i);
    }
    return mask(list);
  };
  const std::string all = "/sys/devices/system/cpu/";
  for (unsigned i = 0; i < cpus.size(); ++i) {
    const Cpu cpu = cpus[i];
    const std::string folder = all + "cpu" + std::to_string(i) + "/";
    const std::string siblings = alike([&](Cpu c) { return c.core == cpu.core; });
    const std::string package = alike([&](Cpu c) { return c.package == cpu.package; });
    put(folder + "topology/physical_package_id", std::to_string(cpu.package) + "\n");
    put(folder + "topology/core_id", std::to_string(cpu.core) + "\n");
    for (const char* file : {"core_cpus", "thread_siblings"}) put(folder + "topology/" + file, siblings);
    for (const char* file : {"package_cpus", "core_siblings"}) put(folder + "topology/" + file, package);
    const auto cache = [&](const std::string& index, const char* level, unsigned kib, const std::string& shared) {
      if (kib == 0) return;
      put(folder + "cache/" + index + "/level", std::string(level) + "\n");
      put(folder + "cache/" + index + "/type", "Unified\n");
      put(folder + "cache/" + index + "/size", std::to_string(kib) + "K\n");
      put(folder + "cache/" + index + "/shared_cpu_map", shared);
    };
    cache("index2", "2", words->l2_kib, siblings);
    const unsigned sharing = words->l3_cores;
    cache("index3", "3", words->l3_kib, sharing == 0 ? package : alike([&](Cpu c) {
            return c.package == cpu.package && c.core / sharing == cpu.core / sharing;
          }));
  }
  const std::string range = "0-" + std::to_string(cpus.size() - 1) + "\n";
  for (const char* file : {"online", "possible", "present"}) put(all + file, range);
  const std::string nodes = "/sys/devices/system/node/";
  for (unsigned node = 0; node < words->packages; ++node) {
    const std::string folder = nodes + "node" + std::to_string(node) + "/";
    put(folder + "cpumap", alike([&](Cpu c) { return c.package == node; }));
    put(folder + "meminfo", "Node " + std::to_string(node) + " MemTotal:       33554432 kB\n");
  }
  const std::string list = words->packages == 1 ? "0\n" : "0-" + std::to_string(words->packages - 1) + "\n";
  for (const char* file : {"online", "possible"}) put(nodes + file, list);
  return {};
}

}  // namespace canirun::probe
