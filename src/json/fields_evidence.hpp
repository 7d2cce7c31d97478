// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/evidence.hpp>

namespace canirun {

/// "provenance": {"basis": "published", "source": "https://...", "retrieved": "2026-11-23"}
template <class Archive>
void fields(Archive& a, Provenance& value) {
  a.required("basis", value.basis);
  a.required("source", value.source);
  a.required("retrieved", value.retrieved);
}

template <class Archive>
void fields(Archive& a, Range& value) {
  a.required("low", value.low);
  a.required("typical", value.typical);
  a.required("high", value.high);
}

}  // namespace canirun
