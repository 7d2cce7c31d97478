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
  a.optional("driver_version", value.driver_version);
  a.optional("runtime", value.runtime);
  a.optional("is_mig", value.is_mig);
  a.optional("share_of_card", value.share_of_card);
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
  a.optional("notes", value.notes);
}

}  // namespace canirun
