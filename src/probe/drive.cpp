// SPDX-License-Identifier: MIT
#include "probe/drive.hpp"

namespace canirun::probe {

std::optional<double> assumed_read_rate(DriveKind drive) {
  switch (drive) {
    case DriveKind::nvme:
      return 2e9;  // half of PCI Express 3.0 x4, 3.9 GB/s (its base specification): what the slower ones sold today have
    case DriveKind::ssd:
      return 0.5e9;  // SATA at 6 Gbit/s is 0.6 GB/s after 8b/10b (Serial ATA Revision 3.0), less commands and frames
    case DriveKind::hdd:
      return 0.12e9;  // half of the 0.25 GB/s that data sheets of 7200/min disks name for the outermost tracks
    case DriveKind::sd_card:
      return 0.045e9;  // half of SDR104's 104 MB/s (SD Physical Layer Specification 3.01)
    default:
      return std::nullopt;
  }
}

}  // namespace canirun::probe
