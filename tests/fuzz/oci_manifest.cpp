// SPDX-License-Identifier: MIT
// A registry's manifest: an error, or layers whose digests may become part of a path.
#include "formats/oci_manifest.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

using namespace canirun;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Result<formats::OciManifest> manifest =
      formats::parse_oci_manifest(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!manifest) return 0;
  for (const formats::OciLayer& layer : manifest->layers) {
    if (layer.digest.size() != 71 || layer.digest.find('/') != std::string::npos) std::abort();
  }
  const formats::OciLayer* model = manifest->layer("model");
  if (model != nullptr && model->media_type.empty()) std::abort();
  return 0;
}
