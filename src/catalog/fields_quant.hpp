// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/quant.hpp>

#include "json/fields_evidence.hpp"

namespace canirun {

/// {"role": "ffn_down", "when": "more_bits", "type": "q6_k"}; later rules win.
template <class Archive>
void fields(Archive& a, MixtureRule& value) {
  a.required("role", value.role);
  a.optional("when", value.when);
  a.required("type", value.type);
}

template <class Archive>
void fields(Archive& a, QuantScheme& value) {
  a.required("id", value.id);
  a.optional("aliases", value.aliases);
  a.optional("format", value.format);
  a.required("base", value.base);
  a.optional("rules", value.rules);
  a.optional("approximate", value.approximate);
  a.optional("kld", value.kld);
  a.optional("note", value.note);
  a.required("provenance", value.provenance);
}

}  // namespace canirun
