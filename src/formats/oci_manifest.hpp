// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/result.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace canirun::formats {

/// One blob of a registry manifest, as Ollama's registry and local store keep models.
struct OciLayer {
  std::string media_type;  ///< "application/vnd.ollama.image.model"
  std::string digest;      ///< "sha256:..." checked for its form: it becomes part of a path or an address
  std::uint64_t bytes = 0;
};
struct OciManifest {
  std::string config_digest;
  std::vector<OciLayer> layers;
  /// The layer of this kind ("model", "projector", "adapter", "template", "license"), nullptr when there is none.
  [[nodiscard]] const OciLayer* layer(std::string_view kind) const;
};
Result<OciManifest> parse_oci_manifest(std::string_view text);

}  // namespace canirun::formats
