// SPDX-License-Identifier: MIT
#include <algorithm>
#include <canirun/storage.hpp>

namespace canirun {

std::optional<StorageFit> storage_fit(const Machine& machine, std::uint64_t file_bytes, std::uint64_t present_bytes) {
  if (!machine.storage) return std::nullopt;
  const StorageFacts& facts = *machine.storage;
  StorageFit fit{.place = facts.place,
                 .drive = facts.drive,
                 .file_bytes = file_bytes,
                 .free_bytes = facts.free_bytes,
                 .missing_bytes = 0,
                 .read_s = {},
                 .read_basis = Basis::assumed};
  const std::uint64_t needed = file_bytes - std::min(file_bytes, present_bytes);
  if (needed > facts.free_bytes) fit.missing_bytes = needed - facts.free_bytes;
  if (facts.read_bytes_per_s && *facts.read_bytes_per_s > 0)
    fit.read_s = static_cast<double>(file_bytes) / *facts.read_bytes_per_s;
  return fit;
}

}  // namespace canirun
