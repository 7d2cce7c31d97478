// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <canirun/evidence.hpp>
#include <canirun/machine.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/fields_evidence.hpp"

namespace canirun::catalog {

/// What sort of thing a device record describes.
enum class DeviceRecordKind : std::uint8_t {
  gpu,             ///< with its own memory: a card, an accelerator, a mobile GPU
  integrated_gpu,  ///< shares the host's memory; `memory_gib` lists the sizes it is sold with, if fixed
  cpu,             ///< one processor model: cores, instruction sets, and the fastest memory it officially takes
  platform,        ///< a family of processors or boards with the same memory channels
  memory,          ///< "DDR5-5600 dual-channel": a plain DIMM configuration
  instance         ///< a cloud's machine type: `stands_for` says what is in it
};
constexpr auto enum_names(DeviceRecordKind) {
  return std::array<std::string_view, 6>{"gpu", "integrated_gpu", "cpu", "platform", "memory", "instance"};
}

/// One record of data/devices/. Rates are peaks, dense (no sparsity), of one device; unknown is null.
struct DeviceRecord {
  std::string id;  ///< "nvidia/geforce-rtx-4090"
  std::string name;
  /// Exact other names, case and punctuation folded. A name may be shared (same driver name, other memory): memory decides.
  std::vector<std::string> aliases;
  DeviceRecordKind kind = DeviceRecordKind::gpu;
  Vendor vendor = Vendor::unknown;
  std::string architecture;               ///< "ada", "rdna3", "m2", "zen4": key of the speed constants; "" unknown
  std::vector<std::string> pci_ids;       ///< "10de:2684", with a revision "1002:73bf:c1"; may be shared
  std::vector<std::uint32_t> memory_gib;  ///< sizes it is sold with, ascending; empty: what is installed decides
  std::string memory_type;                ///< "GDDR6X", "DDR5", "LPDDR5X"
  std::optional<std::uint32_t> memory_channels;
  std::optional<std::uint32_t> memory_bus_bits;
  std::optional<double> memory_data_rate_bits_per_s;  ///< per pin
  std::optional<double> bandwidth_bytes_per_s;        ///< spec: bus x data rate
  std::optional<double> bandwidth_low_bytes_per_s;    ///< slowest memory or clock the part is sold with
  std::optional<double> bandwidth_high_bytes_per_s;
  std::optional<std::uint32_t> core_count;         ///< shader / GPU cores; physical cores on a CPU
  std::optional<std::uint32_t> thread_count;       ///< CPU: hardware threads
  std::optional<std::uint32_t> performance_cores;  ///< CPU: of a hybrid part
  std::optional<double> boost_clock_hz;
  std::optional<double> fp32_flops_per_s;
  std::optional<double> fp16_flops_per_s;          ///< matrix units, fp16 accumulate where that is the headline rate
  std::optional<double> fp16_fp32acc_flops_per_s;  ///< matrix units, fp32 accumulate, where it differs
  std::optional<double> int8_ops_per_s;
  std::optional<double> fp8_flops_per_s, fp4_flops_per_s;
  std::optional<std::uint64_t> l2_cache_bytes, l3_cache_bytes;  ///< l3: also AMD's Infinity Cache
  std::optional<double> tdp_w;
  std::optional<std::string> compute_capability;  ///< NVIDIA "8.9"
  std::optional<std::string> gfx_target;          ///< AMD "gfx1100"
  std::optional<CpuIsa> isa;                      ///< CPU: the best that matters for matrix work
  std::optional<std::string> host_cpu;            ///< integrated GPU or system on a chip: record id of its CPU part
  std::optional<std::uint32_t> pcie_generation, pcie_lanes;
  std::vector<std::string> processors;  ///< integrated GPU: processors it is part of, as the system names them
  std::string stands_for;               ///< instance: the same in the language of --on, "8x NVIDIA L4 + ...,ram=768GiB"
  bool unified = false;                 ///< CPU and GPU read one memory
  std::string segment;                  ///< "desktop", "laptop", "workstation", "datacenter", "embedded", ...
  std::string released;                 ///< "2022-10"
  Provenance provenance;
  std::string notes;
};

template <class Archive>
void fields(Archive& a, DeviceRecord& value) {
  a.required("id", value.id);
  a.required("name", value.name);
  a.optional("aliases", value.aliases);
  a.required("kind", value.kind);
  a.required("vendor", value.vendor);
  a.optional("architecture", value.architecture);
  a.optional("pci_ids", value.pci_ids);
  a.optional("memory_gib", value.memory_gib);
  a.optional("memory_type", value.memory_type);
  a.optional("memory_channels", value.memory_channels);
  a.optional("memory_bus_bits", value.memory_bus_bits);
  a.optional("memory_data_rate_bits_per_s", value.memory_data_rate_bits_per_s);
  a.optional("bandwidth_bytes_per_s", value.bandwidth_bytes_per_s);
  a.optional("bandwidth_low_bytes_per_s", value.bandwidth_low_bytes_per_s);
  a.optional("bandwidth_high_bytes_per_s", value.bandwidth_high_bytes_per_s);
  a.optional("core_count", value.core_count);
  a.optional("thread_count", value.thread_count);
  a.optional("performance_cores", value.performance_cores);
  a.optional("boost_clock_hz", value.boost_clock_hz);
  a.optional("fp32_flops_per_s", value.fp32_flops_per_s);
  a.optional("fp16_flops_per_s", value.fp16_flops_per_s);
  a.optional("fp16_fp32acc_flops_per_s", value.fp16_fp32acc_flops_per_s);
  a.optional("int8_ops_per_s", value.int8_ops_per_s);
  a.optional("fp8_flops_per_s", value.fp8_flops_per_s);
  a.optional("fp4_flops_per_s", value.fp4_flops_per_s);
  a.optional("l2_cache_bytes", value.l2_cache_bytes);
  a.optional("l3_cache_bytes", value.l3_cache_bytes);
  a.optional("tdp_w", value.tdp_w);
  a.optional("compute_capability", value.compute_capability);
  a.optional("gfx_target", value.gfx_target);
  a.optional("isa", value.isa);
  a.optional("host_cpu", value.host_cpu);
  a.optional("processors", value.processors);
  a.optional("pcie_generation", value.pcie_generation);
  a.optional("pcie_lanes", value.pcie_lanes);
  a.optional("stands_for", value.stands_for);
  a.optional("unified", value.unified);
  a.optional("segment", value.segment);
  a.optional("released", value.released);
  a.required("provenance", value.provenance);
  a.optional("notes", value.notes);
}

}  // namespace canirun::catalog
