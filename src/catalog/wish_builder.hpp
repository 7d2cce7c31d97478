// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/machine.hpp>
#include <canirun/result.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catalog/catalog.hpp"
#include "catalog/device_record.hpp"
#include "catalog/wish.hpp"

namespace canirun::catalog {

/// "64 GiB", for the texts of assumptions.
std::string gib_text(std::uint64_t bytes);

/// Builds the Machine that a wish describes. What the wish leaves open is assumed, and each assumption says so in a note.
class WishBuilder {
 public:
  WishBuilder(const MachineWish& wish, const Catalog& catalog) : wish_(wish), catalog_(catalog) {
    machine_.devices.resize(1);  // the processor, whatever it turns out to be
    machine_.pools.resize(1);
  }

  Result<Machine> build(const std::vector<WishItem>& items);

 private:
  Result<void> add(const WishItem& item);
  Result<void> add_named(const WishItem& item);
  Result<void> add_instance(const DeviceRecord& record);
  Result<void> set_cpu(std::string_view name);
  void set_cpu(const DeviceRecord& record);
  void add_unified(const DeviceRecord& record, std::optional<std::uint64_t> memory_bytes);
  void add_gpu(const DeviceRecord* record, std::uint64_t memory_bytes, std::string description, const WishItem& item);
  void assume_host();
  void set_host_memory();
  void apply_bandwidth();
  void assume(std::string fact, std::string what) { machine_.notes.push_back({std::move(fact), std::move(what)}); }
  Device& cpu() { return machine_.devices.front(); }
  MemoryPool& host() { return machine_.pools.front(); }

  const MachineWish& wish_;
  const Catalog& catalog_;
  Machine machine_;
  std::optional<std::uint64_t> ram_bytes_;
  std::optional<DeviceRecord> cpu_record_;
  bool has_cpu_ = false, is_unified_ = false;
};

}  // namespace canirun::catalog
