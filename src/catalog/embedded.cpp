// SPDX-License-Identifier: MIT
// The only file that knows where the compiled catalog lies in the binary (embedded.S).
#include <string_view>

#include "catalog/catalog.hpp"

extern "C" const char catalog_blob_begin[];  // NOLINT(modernize-avoid-c-arrays)
extern "C" const char catalog_blob_end[];    // NOLINT(modernize-avoid-c-arrays)

namespace canirun::catalog {
namespace {

std::string_view embedded_bytes() {
  return {static_cast<const char*>(catalog_blob_begin), static_cast<std::size_t>(catalog_blob_end - catalog_blob_begin)};
}

}  // namespace

Catalog Catalog::embedded() { return from_blob(embedded_bytes(), {}); }

Catalog Catalog::with_overlays(std::span<const std::filesystem::path> folders) {
  return from_blob(embedded_bytes(), folders);
}

}  // namespace canirun::catalog
