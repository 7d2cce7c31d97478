// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/machine.hpp>
#include <cstdint>
#include <optional>
#include <string>

namespace canirun {

/// A model's files against the drive they would be stored on.
struct StorageFit {
  std::string place;  ///< where: "~/.cache/huggingface"
  DriveKind drive = DriveKind::unknown;
  std::uint64_t file_bytes = 0;
  std::uint64_t free_bytes = 0;     ///< there, for this user
  std::uint64_t missing_bytes = 0;  ///< what would have to be freed first; 0: it fits
  std::optional<double> read_s;     ///< reading it once from that drive: what a first load takes at least. Assumed
  Basis read_basis = Basis::assumed;
  [[nodiscard]] bool fits() const { return missing_bytes == 0; }
};

/// Nothing where the machine's storage is not known (a machine that is only described, a network drive). `present_bytes`: of
/// the files, what is there already and takes no room.
std::optional<StorageFit> storage_fit(const Machine& machine, std::uint64_t file_bytes, std::uint64_t present_bytes = 0);

}  // namespace canirun
