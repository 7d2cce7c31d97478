// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "probe/context.hpp"
#include "probe/linux/pci.hpp"
#include "probe/vendor/nvml.hpp"

namespace canirun::probe {

/// What NVIDIA's library says: recorded, or asked now in a process of its own. Kept in context.heard.
NvmlAnswer nvml_answer(Context& context);
/// Appends the GPUs of an answer, their links, and which of them programs started here see. `on_pci`: what the bus says of
/// the same cards, where it can be looked at.
void add_nvml_gpus(Context& context, const NvmlAnswer& answer, const std::vector<PciDevice>& on_pci);

/// FP32 cores of one multiprocessor by compute capability ("8.9" -> 128), as the CUDA programming guide lists them; nothing
/// for capabilities it does not list.
std::optional<std::uint32_t> cores_per_multiprocessor(std::string_view compute_capability);

/// One direction of one link, by NVLink version; nothing for versions that are not known.
std::optional<double> nvlink_bytes_per_s(unsigned version);

/// Links between GPUs, straight or through switches. `first_device` is the index in machine.devices of gpus[0].
void add_nvlinks(Context& context, const std::vector<NvmlGpu>& gpus, std::size_t first_device);

/// Which of `count` GPUs a program started with this CUDA_VISIBLE_DEVICES sees: all true without a restriction. CUDA stops
/// at the first entry that it does not know. `suffixes`: ends of the GPUs' UUIDs. Nothing when it cannot be told: unequal
/// cards are numbered by speed unless CUDA_DEVICE_ORDER says otherwise.
std::optional<std::vector<bool>> visible_gpus(std::string_view value, const std::vector<std::string>& suffixes,
                                              bool numbered_as_listed);

/// A Tegra board (Jetson): its GPU is no PCI device and shares the memory. Whether there is one.
bool probe_tegra(Context& context);
/// "NVIDIA Jetson Orin Nano 8GB" from "nvidia,p3768-0000+p3767-0005" and the like: the module's part number tells which;
/// "" when it is not known.
std::string_view jetson_name(std::string_view compatible);

}  // namespace canirun::probe
