// SPDX-License-Identifier: MIT
#include <algorithm>

#include "probe/linux/system.hpp"
#include "probe/text.hpp"
#include "probe/vendor/common_ids.hpp"
#include "probe/vendor/kfd.hpp"
#include "probe/vendor/vendor.hpp"

namespace canirun::probe {
namespace {

constexpr std::uint64_t k_most_memory = std::uint64_t{1} << 50;

/// One of amdgpu's mem_info_* files, bytes.
std::optional<std::uint64_t> mem_info(const FsRoot& fs, const PciDevice& pci, std::string_view what) {
  const auto bytes = fs.number(pci.folder + "/mem_info_" + std::string(what));
  return bytes && *bytes <= k_most_memory ? bytes : std::nullopt;
}

/// Graphics core version of the chip's own table: block 11 (GC) of die 0.
std::string gfx_from_ip_discovery(const FsRoot& fs, const PciDevice& pci) {
  const std::string block = pci.folder + "/ip_discovery/die/0/11/0/";
  const auto major = fs.number(block + "major"), minor = fs.number(block + "minor"),
             revision = fs.number(block + "revision");
  return major && minor && revision ? gfx_name_of_core(*major, *minor, *revision) : std::string();
}

/// MI300A: processor and GPU in one package, on one memory. Its metrics are those of a card.
bool is_mi300a(const PciDevice& pci) { return pci.device == 0x74a0; }

/// MI250 and MI250X are two dies, each a PCI device with half of what the card is sold with.
bool is_half_a_card(const PciDevice& pci) { return pci.device == 0x7408 || pci.device == 0x740c; }

/// APUs publish their metrics in tables of format 2 or 3, cards in format 1 (byte 2 of gpu_metrics, kernel
/// include/kgd_pp_interface.h). Without that file: ids and graphics targets that only exist in APUs.
bool is_apu(const FsRoot& fs, const PciDevice& pci, std::string_view gfx) {
  if (is_mi300a(pci)) return true;
  const std::string metrics = fs.text(pci.folder + "/gpu_metrics", 4);
  if (metrics.size() == 4 && metrics[2] >= 1 && metrics[2] <= 3) return metrics[2] != 1;
  if (is_amd_apu(pci.device)) return true;
  for (const std::string_view apu : {"gfx902", "gfx909", "gfx90c", "gfx1013", "gfx1033", "gfx1035", "gfx1036", "gfx1037",
                                     "gfx1103", "gfx1150", "gfx1151", "gfx1152", "gfx1153"}) {
    if (gfx == apu) return true;
  }
  return false;
}

/// An Instinct accelerator that is split: the kernel shows the card once, compute libraries see its parts.
void note_partition(Context& context, const PciDevice& pci, const Device& device) {
  const std::string compute = clean_text(context.fs.text(pci.folder + "/current_compute_partition", 64), 8);
  const std::string memory = clean_text(context.fs.text(pci.folder + "/current_memory_partition", 64), 8);
  if (compute.empty() || compute == "SPX") return;
  context.note(device.id + " partition", "the card is split (compute " + compute +
                                             (memory.empty() ? "" : ", memory " + memory) +
                                             "): a program sees several smaller GPUs, the figures are the whole card's");
}

/// Highest entry of "0: 96Mhz \n1: 1249Mhz *", in hertz.
std::optional<double> highest_clock_hz(std::string_view table) {
  std::uint64_t highest_mhz = 0;
  for (const std::string_view line : lines_of(table)) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    highest_mhz = std::max(highest_mhz, leading_number(line.substr(colon + 1)).value_or(0));
  }
  return highest_mhz > 0 && highest_mhz <= 100'000 ? std::optional(static_cast<double>(highest_mhz) * 1e6) : std::nullopt;
}

/// ROCm where its runtime is installed, with the version its packages leave behind ("6.2.0-66"); else Vulkan.
void find_runtime(const FsRoot& fs, Device& device) {
  for (const std::string_view hip : {"libamdhip64.so.7", "libamdhip64.so.6", "libamdhip64.so.5"}) {
    if (!has_library(fs, hip)) continue;
    device.runtime = "rocm";
    const std::string version = clean_text(fs.text("/opt/rocm/.info/version", 64), 32);
    if (!version.empty()) device.runtime_version = version.substr(0, version.find('-'));
    return;
  }
  if (has_library(fs, "libvulkan.so.1")) device.runtime = "vulkan";
}

Device describe(Context& context, const PciDevice& pci, const std::optional<KfdNode>& kfd) {
  const FsRoot& fs = context.fs;
  Device device = device_from_pci(context, pci, Vendor::amd);
  device.name = is_asleep(fs, pci) ? "" : clean_text(fs.text(pci.folder + "/product_name", 256));
  if (device.name.empty()) device.name = "AMD GPU " + pci.id();
  const std::string gfx = kfd && !kfd->gfx_target.empty() ? kfd->gfx_target : gfx_from_ip_discovery(fs, pci);
  if (!gfx.empty()) device.gfx_target = gfx;
  if (gfx.empty()) context.note(device.id + " gfx_target", "neither kfd nor ip_discovery is in /sys");
  if (kfd) {
    device.core_count = kfd->compute_units;
    device.boost_clock_hz = kfd->engine_clock_hz;
    device.bus_width_bits = kfd->memory_width_bits;
    device.memory_clock_hz = kfd->memory_clock_hz;
  }
  if (is_asleep(fs, pci)) {
    context.note(device.id + " clocks and power limit", "asleep; not woken to ask");
  } else {
    if (!device.memory_clock_hz) device.memory_clock_hz = highest_clock_hz(fs.text(pci.folder + "/pp_dpm_mclk", 4096));
    device.power_limit_w = hwmon_watts(fs, pci, {"power1_cap"});
    device.tdp_w = hwmon_watts(fs, pci, {"power1_cap_default"});
  }
  find_runtime(fs, device);
  device.drives_display = drives_display(fs, pci);
  const std::string version = clean_text(fs.text("/sys/module/amdgpu/version", 64), 32);
  if (!version.empty()) device.driver_version = version;
  device.how_known = kfd ? "amdgpu sysfs, kfd" : "amdgpu sysfs";
  return device;
}

/// bus width x memory clock x transfers of a clock, times the share that one part of a split card has.
void add_bandwidth(MemoryPool& pool, const Device& device) {
  if (!device.bus_width_bits || !device.memory_clock_hz || !device.gfx_target) return;
  const auto transfers = transfers_per_clock(*device.gfx_target, *device.bus_width_bits);
  if (!transfers) return;
  const double whole = *device.bus_width_bits / 8.0 * *device.memory_clock_hz * *transfers;
  pool.bandwidth_bytes_per_s = whole * device.share_of_card.value_or(1);
  pool.bandwidth_provenance =
      Provenance{.basis = Basis::derived, .source = "kfd: bus width x memory clock x transfers", .retrieved = ""};
}

/// GDDR or HBM of the card's own.
void add_card_memory(Context& context, const PciDevice& pci, Device& device) {
  const FsRoot& fs = context.fs;
  MemoryPool& pool = add_gpu_pool(context, device, "amdgpu mem_info_vram_total");
  const auto total = mem_info(fs, pci, "vram_total"), used = mem_info(fs, pci, "vram_used");
  if (total && *total > 0) {
    pool.total_bytes = *total;
    if (used) pool.free_bytes = *total - std::min(*total, *used);
  } else {
    pool.total_basis = Basis::assumed;
    context.note(device.id + " memory", "amdgpu does not say how much the card has (mem_info_vram_total)");
  }
  add_bandwidth(pool, device);
  if (const auto link = link_to_host(fs, pci)) add_pcie_link(context, device, *link);
}

/// An APU reads the host's memory: all of it up to GTT, or a part that the firmware set aside before the system started.
void add_apu_memory(Context& context, const PciDevice& pci, Device& device, const std::optional<KfdNode>& kfd) {
  const FsRoot& fs = context.fs;
  device.kind = DeviceKind::integrated_gpu;
  const std::uint64_t carved_out = mem_info(fs, pci, "vram_total").value_or(0);
  const auto gtt = mem_info(fs, pci, "gtt_total");
  if (gtt && carved_out >= *gtt && carved_out >= (std::uint64_t{1} << 30)) {
    MemoryPool& pool = add_gpu_pool(context, device, "amdgpu mem_info_vram_total: set aside from the host's memory");
    pool.total_bytes = carved_out;
    const std::uint64_t used = mem_info(fs, pci, "vram_used").value_or(0);
    pool.free_bytes = carved_out - std::min(carved_out, used);
    pool.bandwidth_bytes_per_s = context.machine.pools.front().bandwidth_bytes_per_s;
    pool.bandwidth_provenance = context.machine.pools.front().bandwidth_provenance;
    return;
  }
  device.pool = 0;
  if (is_mi300a(pci)) return;  // amdgpu counts no memory for it, kfd that of its own socket; it reaches all of it
  MemoryPool& host = context.machine.pools.front();
  std::uint64_t limit = gtt.value_or(0);
  if (kfd && kfd->memory_bytes) limit = std::max(limit, *kfd->memory_bytes);
  if (limit == 0) {
    context.note(device.id + " memory limit",
                 "amdgpu does not say how much of the host's memory it may use (mem_info_gtt_total)");
  } else if (limit < host.limit_bytes.value_or(host.total_bytes)) {
    device.how_known += ", unified memory up to GTT";
    host.limit_bytes = limit;
    host.limit_reason = "amdgpu GTT, what the GPU may use of the host's memory; kernel parameter ttm.pages_limit";
  }
}

/// Bytes that are free in each part of a split card: what its processes do not hold, less an equal share of what the card
/// uses beside that. Empty when kfd does not list the processes.
std::vector<std::uint64_t> free_in_parts(const FsRoot& fs, const PciDevice& pci, const std::vector<KfdNode>& parts) {
  std::vector<std::uint64_t> held;
  std::uint64_t all = 0;
  for (const KfdNode& part : parts) {
    const auto users = part.gpu_id ? kfd_memory_users(fs, *part.gpu_id) : std::nullopt;
    if (!users || !part.memory_bytes) return {};
    std::uint64_t sum = 0;
    for (const auto& [pid, bytes] : *users) sum += std::min(bytes, *part.memory_bytes);
    held.push_back(std::min(sum, *part.memory_bytes));
    all += held.back();
  }
  const std::uint64_t card = mem_info(fs, pci, "vram_used").value_or(0);
  const std::uint64_t share = (card - std::min(card, all)) / parts.size();
  std::vector<std::uint64_t> free;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::uint64_t left = *parts[i].memory_bytes - held[i];
    free.push_back(left - std::min(left, share));
  }
  return free;
}

/// The parts of a split accelerator (compute partitions of Instinct): to a program each is a GPU of its own, with its units,
/// its memory and its share of the card's bandwidth.
void add_partitions(Context& context, const PciDevice& pci, const std::vector<KfdNode>& parts) {
  const FsRoot& fs = context.fs;
  const std::string mode = clean_text(fs.text(pci.folder + "/current_compute_partition", 64), 8);
  const std::vector<std::uint64_t> free = free_in_parts(fs, pci, parts);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    Device device = describe(context, pci, parts[i]);
    device.share_of_card = 1.0 / static_cast<double>(parts.size());
    MemoryPool& pool = add_gpu_pool(context, device, "kfd, one part of a card split into " + std::to_string(parts.size()));
    pool.total_bytes = parts[i].memory_bytes.value_or(0);
    if (!parts[i].memory_bytes) pool.total_basis = Basis::assumed;
    if (!free.empty()) pool.free_bytes = free[i];
    add_bandwidth(pool, device);
    device.how_known += ", one of " + std::to_string(parts.size()) + " parts of a card";
    if (const auto link = link_to_host(fs, pci)) add_pcie_link(context, device, *link);
    if (const std::string trouble = render_node_trouble(context, pci); !trouble.empty()) forbid(pool, trouble);
    if (i == 0)
      context.note(device.id + " partition",
                   "the card is split into " + std::to_string(parts.size()) + (mode.empty() ? "" : " (" + mode + ")") +
                       ": each part is a GPU of its own" + (free.empty() ? ", its free memory is not told" : ""));
    context.machine.devices.push_back(std::move(device));
  }
}

}  // namespace

void probe_amd(Context& context, const PciDevice& pci) {
  if (pci.driver == "vfio-pci") {
    context.note("AMD GPU at " + pci.bus, "handed over to a virtual machine (vfio-pci)");
    return;
  }
  const std::vector<KfdNode> nodes = kfd_nodes(context.fs, pci);
  const std::optional<KfdNode> kfd = nodes.empty() ? std::nullopt : std::optional(nodes.front());
  if (pci.driver != "amdgpu") {
    Device device = device_from_pci(context, pci, Vendor::amd);
    device.name = "AMD GPU " + pci.id();
    device.how_known = "PCI bus";
    const std::string reason =
        pci.driver.empty() ? "no driver is loaded (amdgpu)" : "bound to " + pci.driver + ", not to amdgpu";
    MemoryPool& pool = add_gpu_pool(context, device, "unknown: no driver");
    pool.total_basis = Basis::assumed;
    forbid(pool, reason);
    context.note(device.id + " memory", reason);
    context.machine.devices.push_back(std::move(device));
    return;
  }
  if (nodes.size() > 1 && !is_mi300a(pci)) return add_partitions(context, pci, nodes);
  Device device = describe(context, pci, kfd);
  const bool apu = is_apu(context.fs, pci, device.gfx_target.value_or(""));
  if (apu) {
    add_apu_memory(context, pci, device, kfd);
  } else {
    add_card_memory(context, pci, device);
    if (is_half_a_card(pci)) device.share_of_card = 0.5;
    note_partition(context, pci, device);
  }
  if (const std::string trouble = render_node_trouble(context, pci); !trouble.empty()) {
    context.note(device.id, trouble);
    if (device.pool != 0) forbid(context.machine.pools[device.pool], trouble);
  }
  context.machine.devices.push_back(std::move(device));
}

}  // namespace canirun::probe
