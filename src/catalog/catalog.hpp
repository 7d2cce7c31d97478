// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/assess.hpp>
#include <canirun/result.hpp>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The compiled catalog in the binary (embedded.S).
extern "C" const char catalog_blob_begin[];  // NOLINT(modernize-avoid-c-arrays)
extern "C" const char catalog_blob_end[];    // NOLINT(modernize-avoid-c-arrays)

namespace canirun::catalog {

/// A device of data/devices/: a GPU, an APU, a CPU platform or a memory configuration, keyed by PCI id where it has one.
struct DeviceRecord;  // device_record.hpp
/// What was measured elsewhere: data/reference/.
struct SpeedRuns;   // reference_record.hpp
struct MemoryRuns;  // reference_record.hpp
struct HeldOut;     // reference_record.hpp

/// All of data/, read lazily from the embedded blob, with the user's overlays merged on top by id.
/// Lookups are by exact id or alias first (case, spaces, '-', '_' and '.' folded), else not_found with suggestions.
class Catalog {
 public:
  /// The embedded data alone. Never fails; parses nothing until asked.
  static Catalog embedded();
  /// Embedded data with overlay folders (later wins). A bad file or record is reported in `problems()`; the rest works.
  static Catalog with_overlays(std::span<const std::filesystem::path> folders);
  /// From a blob that outlives the catalog; a damaged one is reported in `problems()` and holds nothing. For tests.
  static Catalog from_blob(std::string_view bytes, std::span<const std::filesystem::path> overlays);
  ~Catalog();
  Catalog(Catalog&&) noexcept;
  Catalog& operator=(Catalog&&) noexcept;

  [[nodiscard]] Result<ModelSpec> model(std::string_view name) const;
  /// The same for what a person typed: where nobody has the name, the one model that is meant when words that tell
  /// versions apart were left out, or stand in another order ("nemotron nano 9b", "qwen 30b a3b").
  [[nodiscard]] Result<ModelSpec> model_meant(std::string_view name) const;
  [[nodiscard]] std::vector<ModelSpec> models() const;
  [[nodiscard]] Result<QuantScheme> quant(std::string_view name) const;
  [[nodiscard]] std::vector<QuantScheme> quants() const;
  [[nodiscard]] Result<UsageProfile> usage(std::string_view name) const;
  [[nodiscard]] std::vector<UsageProfile> usages() const;
  [[nodiscard]] Result<ApiPrice> api_price(std::string_view name) const;
  [[nodiscard]] const Books& books() const;  ///< speed constants, capability meanings, prices; decoded on first use

  /// Device by PCI id ("10de:2684") and, when several share it, by memory size; nullopt when unknown.
  [[nodiscard]] std::optional<DeviceRecord> device_by_pci(std::string_view pci_id,
                                                          std::optional<std::uint64_t> memory_bytes) const;
  [[nodiscard]] Result<DeviceRecord> device(std::string_view name) const;
  /// Device by exact name (folded) and, when several share it, by memory size; no error text, nullopt when unknown.
  [[nodiscard]] std::optional<DeviceRecord> device_named(std::string_view name,
                                                         std::optional<std::uint64_t> memory_bytes) const;
  /// At most three device names that look like this one, nearest first.
  [[nodiscard]] std::vector<std::string> devices_like(std::string_view name, bool processors_only) const;
  /// Every device that carries this name or PCI id.
  [[nodiscard]] std::vector<DeviceRecord> devices_named(std::string_view name) const;
  [[nodiscard]] std::vector<DeviceRecord> devices() const;

  /// What estimates are held against (`canirun accuracy`); decoded each time.
  [[nodiscard]] std::vector<SpeedRuns> reference_speeds() const;
  [[nodiscard]] std::vector<MemoryRuns> reference_memory() const;
  [[nodiscard]] std::vector<HeldOut> held_out() const;

  [[nodiscard]] const std::string& date() const;  ///< newest `retrieved` in the data
  [[nodiscard]] const std::vector<Error>& problems() const;

 private:
  struct State;
  explicit Catalog(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Fills in what the record knows and the driver did not say (bandwidth, flops, architecture, caches, TDP) for each
/// device of a probed machine, and the CPU platform's memory bandwidth bounds. Never overrides a measured figure.
void complete_machine(Machine& machine, const Catalog& catalog);

/// What `--on` and its companions say. `ram` etc. as parsed numbers.
struct MachineWish {
  std::string on;  ///< "RTX 4090", "2x RTX 3090", "M4 Max 64GB", "cpu=AMD Ryzen 9 7950X", "vram=80GiB,bandwidth=2039GB/s"
  std::optional<std::uint64_t> ram_bytes, vram_bytes;
  std::optional<double> bandwidth_bytes_per_s;
};
/// A machine nobody probed. Errors: unknown device with suggestions, bad description with its place.
Result<Machine> machine_from_wish(const MachineWish& wish, const Catalog& catalog);

// Here and not in a .cpp file: only programs that carry the data refer to it, so the tool that makes it, and whatever
// links this library for its readers, needs none.
inline Catalog Catalog::with_overlays(std::span<const std::filesystem::path> folders) {
  return from_blob({&catalog_blob_begin[0], static_cast<std::size_t>(&catalog_blob_end[0] - &catalog_blob_begin[0])},
                   folders);
}
inline Catalog Catalog::embedded() { return with_overlays({}); }

}  // namespace canirun::catalog
