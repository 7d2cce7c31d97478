// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/model.hpp>

#include "json/fields_evidence.hpp"

namespace canirun {

/// One published quality figure; models and API models carry the same kind, so that they can be compared.
template <class Archive>
void fields(Archive& a, QualityFigure& value) {
  a.required("benchmark", value.benchmark);
  a.required("value", value.value);
  a.optional("self_reported", value.self_reported);
  a.required("provenance", value.provenance);
}

}  // namespace canirun
