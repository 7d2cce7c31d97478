// SPDX-License-Identifier: MIT
#pragma once
#include "catalog/catalog.hpp"

/// The catalog of the binary, read once for all tests.
inline const canirun::catalog::Catalog& embedded() {
  static const canirun::catalog::Catalog catalog = canirun::catalog::Catalog::embedded();
  return catalog;
}
