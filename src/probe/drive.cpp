// SPDX-License-Identifier: MIT
#include "probe/drive.hpp"

namespace canirun::probe {

std::optional<double> assumed_read_rate(DriveKind drive) {
  switch (drive) {
    case DriveKind::nvme:
      return 2e9;  // sold with 3.5 to 14 GB/s
    case DriveKind::ssd:
      return 0.5e9;  // SATA's 0.6 GB/s
    case DriveKind::hdd:
      return 0.12e9;
    case DriveKind::sd_card:
      return 0.045e9;  // UHS-I's 104 MB/s
    default:
      return std::nullopt;
  }
}

}  // namespace canirun::probe
