// SPDX-License-Identifier: MIT
#include "probe/host_hwloc.hpp"

#include <hwloc.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <type_traits>

#include "probe/text.hpp"

namespace canirun::probe {
namespace {

/// Sets a variable of this process for as long as it lives; hwloc has no other switch for these.
class ScopedVariable {
 public:
  ScopedVariable(const char* name, const std::string& value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    ::setenv(name, value.c_str(), 1);
  }
  ~ScopedVariable() {
    if (before_) {
      ::setenv(name_, before_->c_str(), 1);
    } else {
      ::unsetenv(name_);
    }
  }
  ScopedVariable(const ScopedVariable&) = delete;
  ScopedVariable& operator=(const ScopedVariable&) = delete;

 private:
  const char* name_;
  std::optional<std::string> before_;
};

struct DestroyTopology {
  void operator()(hwloc_topology_t topology) const { hwloc_topology_destroy(topology); }
};
using TopologyHandle = std::unique_ptr<std::remove_pointer_t<hwloc_topology_t>, DestroyTopology>;

bool has_topology(const FsRoot& fs) {
  const std::string folder = "/sys/devices/system/cpu";
  for (const std::string& name : fs.list(folder)) {
    if (name.rfind("cpu", 0) == 0 && fs.exists(folder + "/" + name + "/topology")) return true;  // CPU 0 may be off
  }
  return false;
}

/// CPUs only: no I/O devices, no plugins (they would load OpenCL and driver libraries into this process).
TopologyHandle load(const FsRoot& fs) {
  const bool has_sysfs = has_topology(fs);
  if (!has_sysfs && !fs.is_this_system()) return nullptr;

  const ScopedVariable no_plugins("HWLOC_PLUGINS_PATH", "/nonexistent");
  const ScopedVariable no_complaints("HWLOC_HIDE_ERRORS", "2");  // it would write them to our standard error
  std::optional<ScopedVariable> recorded;
  if (!fs.is_this_system()) recorded.emplace("HWLOC_FSROOT", fs.root().native());

  hwloc_topology_t raw = nullptr;
  if (hwloc_topology_init(&raw) != 0) return nullptr;
  TopologyHandle topology(raw);
  hwloc_topology_set_all_types_filter(raw, HWLOC_TYPE_FILTER_KEEP_NONE);
  for (const hwloc_obj_type_t type : {HWLOC_OBJ_PACKAGE, HWLOC_OBJ_CORE, HWLOC_OBJ_L2CACHE, HWLOC_OBJ_L3CACHE}) {
    hwloc_topology_set_type_filter(raw, type, HWLOC_TYPE_FILTER_KEEP_ALL);
  }
  // CPUs outside this process's cpuset still belong to the machine.
  hwloc_topology_set_flags(raw, HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED);
  // cpuid has to be run on every CPU in turn, and would ask this processor about a recorded one.
  if (has_sysfs) hwloc_topology_set_components(raw, HWLOC_TOPOLOGY_COMPONENTS_FLAG_BLACKLIST, "x86");
  if (hwloc_topology_load(raw) != 0) return nullptr;
  return topology;
}

std::uint32_t count(hwloc_topology_t topology, hwloc_obj_type_t type) {
  const int found = hwloc_get_nbobjs_by_type(topology, type);
  return found > 0 ? static_cast<std::uint32_t>(found) : 0;
}

std::optional<std::uint64_t> sum_caches(hwloc_topology_t topology, hwloc_obj_type_t type) {
  std::uint64_t sum = 0;
  for (hwloc_obj_t cache = nullptr; (cache = hwloc_get_next_obj_by_type(topology, type, cache)) != nullptr;) {
    sum += cache->attr->cache.size;
  }
  return sum > 0 ? std::optional(sum) : std::nullopt;
}

/// Cores that have at least one CPU of the list.
std::optional<std::uint32_t> cores_with(hwloc_topology_t topology, std::string_view list) {
  const auto ranges = cpu_ranges(list);
  if (ranges.empty()) return std::nullopt;
  const std::unique_ptr<hwloc_bitmap_s, decltype(&hwloc_bitmap_free)> cpus(hwloc_bitmap_alloc(), &hwloc_bitmap_free);
  if (!cpus) return std::nullopt;
  for (const auto& [first, last] : ranges) hwloc_bitmap_set_range(cpus.get(), first, static_cast<int>(last));
  const hwloc_obj_type_t type = count(topology, HWLOC_OBJ_CORE) > 0 ? HWLOC_OBJ_CORE : HWLOC_OBJ_PU;
  std::uint32_t cores = 0;
  for (hwloc_obj_t core = nullptr; (core = hwloc_get_next_obj_by_type(topology, type, core)) != nullptr;) {
    if (hwloc_bitmap_intersects(core->cpuset, cpus.get()) != 0) ++cores;
  }
  return cores;
}

}  // namespace

std::optional<Topology> read_topology(const FsRoot& fs, std::string_view allowed, std::string_view performance) {
  const TopologyHandle handle = load(fs);
  if (!handle) return std::nullopt;
  const hwloc_topology_t topology = handle.get();

  Topology found;
  found.processing_units = count(topology, HWLOC_OBJ_PU);
  if (found.processing_units == 0) return std::nullopt;
  found.cores = count(topology, HWLOC_OBJ_CORE);
  if (found.cores == 0) found.cores = found.processing_units;  // some hypervisors hide which CPUs are siblings
  found.packages = std::max(1U, count(topology, HWLOC_OBJ_PACKAGE));
  found.numa_nodes = std::max(1U, count(topology, HWLOC_OBJ_NUMANODE));
  found.l2_cache_bytes = sum_caches(topology, HWLOC_OBJ_L2CACHE);
  found.l3_cache_bytes = sum_caches(topology, HWLOC_OBJ_L3CACHE);
  found.allowed_cores = cores_with(topology, allowed);
  found.performance_cores = cores_with(topology, performance);
  return found;
}

}  // namespace canirun::probe
