// SPDX-License-Identifier: MIT
#include "formats/oci_manifest.hpp"

namespace canirun::formats {

const OciLayer* OciManifest::layer(std::string_view kind) const {
  for (const OciLayer& each : layers) {
    if (each.media_type.ends_with(std::string(".image.").append(kind))) return &each;
  }
  return nullptr;
}

}  // namespace canirun::formats
