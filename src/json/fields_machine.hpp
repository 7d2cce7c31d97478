// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/machine.hpp>

#include "json/fields_evidence.hpp"

/// The machine as `hw --json` writes it and `--machine` reads it. Only what a person has to say when describing a machine by
/// hand is required; what is unknown may be left out or null.
namespace canirun {

template <class Archive>
void fields(Archive& a, MemoryPool& value) {
  a.required("id", value.id);
  a.required("kind", value.kind);
  a.required("total_bytes", value.total_bytes);
  a.optional("free_bytes", value.free_bytes);
  a.optional("limit_bytes", value.limit_bytes);
  a.optional("limit_reason", value.limit_reason);
  a.optional("bandwidth_bytes_per_s", value.bandwidth_bytes_per_s);
  a.optional("bandwidth_provenance", value.bandwidth_provenance);
  a.optional("basis", value.total_basis);
  a.optional("description", value.description);
}

template <class Archive>
void fields(Archive& a, Device& value) {
  a.required("id", value.id);
  a.required("kind", value.kind);
  a.optional("vendor", value.vendor);
  a.required("name", value.name);
  a.optional("record_id", value.record_id);
  a.optional("architecture", value.architecture);
  a.required("pool", value.pool);
  a.optional("pci_id", value.pci_id);
  a.optional("pci_bus", value.pci_bus);
  a.optional("pci_revision", value.pci_revision);
  a.optional("pci_subsystem", value.pci_subsystem);
  a.optional("uuid_suffix", value.uuid_suffix);
  a.optional("compute_capability", value.compute_capability);
  a.optional("gfx_target", value.gfx_target);
  a.optional("fp32_flops_per_s", value.fp32_flops_per_s);
  a.optional("fp16_flops_per_s", value.fp16_flops_per_s);
  a.optional("int8_ops_per_s", value.int8_ops_per_s);
  a.optional("core_count", value.core_count);
  a.optional("boost_clock_hz", value.boost_clock_hz);
  a.optional("l2_cache_bytes", value.l2_cache_bytes);
  a.optional("bus_width_bits", value.bus_width_bits);
  a.optional("memory_clock_hz", value.memory_clock_hz);
  a.optional("tdp_w", value.tdp_w);
  a.optional("power_limit_w", value.power_limit_w);
  a.optional("pcie_generation", value.pcie_generation);
  a.optional("pcie_lanes", value.pcie_lanes);
  a.optional("pcie_generation_now", value.pcie_generation_now);
  a.optional("pcie_lanes_max", value.pcie_lanes_max);
  a.optional("ecc", value.ecc);
  a.optional("persistence", value.persistence);
  a.optional("driver_version", value.driver_version);
  a.optional("runtime", value.runtime);
  a.optional("runtime_version", value.runtime_version);
  a.optional("is_mig", value.is_mig);
  a.optional("share_of_card", value.share_of_card);
  a.optional("is_virtual", value.is_virtual);
  a.optional("drives_display", value.drives_display);
  a.optional("basis", value.basis);
  a.optional("how_known", value.how_known);
}

template <class Archive>
void fields(Archive& a, CpuFacts& value) {
  a.required("name", value.name);
  a.optional("sockets", value.sockets);
  a.optional("numa_nodes", value.numa_nodes);
  a.required("physical_cores", value.physical_cores);
  a.optional("logical_cores", value.logical_cores);
  a.optional("performance_cores", value.performance_cores);
  a.optional("usable_cores", value.usable_cores);
  a.optional("usable_cores_reason", value.usable_cores_reason);
  a.optional("isa", value.isa);
  a.optional("l2_cache_bytes", value.l2_cache_bytes);
  a.optional("l3_cache_bytes", value.l3_cache_bytes);
  a.optional("max_clock_hz", value.max_clock_hz);
  a.optional("virtualised", value.virtualised);
  a.optional("stolen_share", value.stolen_share);
  a.optional("measured_fp32_flops_per_s", value.measured_fp32_flops_per_s);
  a.optional("measured_int8_ops_per_s", value.measured_int8_ops_per_s);
  a.optional("signature", value.signature);
  a.optional("memory_type", value.memory_type);
  a.optional("memory_transfers_per_s", value.memory_transfers_per_s);
  a.optional("memory_modules", value.memory_modules);
  a.optional("memory_channels", value.memory_channels);
}

template <class Archive>
void fields(Archive& a, Link& value) {
  a.required("from_pool", value.from_pool);
  a.required("to_pool", value.to_pool);
  a.optional("kind", value.kind);
  a.required("bandwidth_bytes_per_s", value.bandwidth_bytes_per_s);
  a.optional("basis", value.basis);
}

template <class Archive>
void fields(Archive& a, HostMemoryFacts& value) {
  a.optional("swap_total_bytes", value.swap_total_bytes);
  a.optional("swap_free_bytes", value.swap_free_bytes);
  a.optional("zram_bytes", value.zram_bytes);
  a.optional("huge_pages_bytes", value.huge_pages_bytes);
  a.optional("locked_limit_bytes", value.locked_limit_bytes);
  a.optional("address_limit_bytes", value.address_limit_bytes);
}

template <class Archive>
void fields(Archive& a, StorageFacts& value) {
  a.optional("place", value.place);
  a.optional("filesystem", value.filesystem);
  a.optional("drive", value.drive);
  a.required("total_bytes", value.total_bytes);
  a.required("free_bytes", value.free_bytes);
  a.optional("read_bytes_per_s", value.read_bytes_per_s);
}

template <class Archive>
void fields(Archive& a, MemoryUser& value) {
  a.required("device", value.device);
  a.optional("process", value.process);
  a.optional("pid", value.pid);
  a.required("bytes", value.bytes);
}

template <class Archive>
void fields(Archive& a, ProbeNote& value) {
  a.required("fact", value.fact);
  a.required("reason", value.reason);
}

template <class Archive>
void fields(Archive& a, Machine& value) {
  a.optional("origin", value.origin);
  a.optional("is_this_machine", value.is_this_machine);
  a.optional("os", value.os);
  a.optional("kernel", value.kernel);
  a.optional("cpu", value.cpu);
  a.required("devices", value.devices);
  a.required("pools", value.pools);
  a.optional("links", value.links);
  a.optional("host_memory", value.host_memory);
  a.optional("storage", value.storage);
  a.optional("memory_users", value.memory_users);
  a.optional("notes", value.notes);
}

}  // namespace canirun
