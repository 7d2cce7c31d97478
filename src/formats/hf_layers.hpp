// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/model.hpp>
#include <canirun/result.hpp>

#include "formats/hf_families.hpp"
#include "formats/hf_keys.hpp"

namespace canirun::formats {

/// The missing or impossible key of a config.json, by its JSON pointer.
tl::unexpected<Error> missing_key(const HfKeys& keys, std::string_view name);

/// Experts, latent attention and states, where the keys are there. `family` may be nullptr here and below.
void read_experts(ModelSpec& spec, const HfKeys& keys, const HfFamily* family);
void read_latent_attention(ModelSpec& spec, const HfKeys& keys);
void read_states(ModelSpec& spec, const HfKeys& keys);

/// How each of spec.layers mixes tokens, and the windows of those that have one. Needs `ssm` and `mla`.
void set_mixing(ModelSpec& spec, const HfKeys& keys, const HfFamily* family);
/// Which layers have experts, and how wide the others' feed-forward is. Needs `moe`, and the mixing.
void set_feed_forward(ModelSpec& spec, const HfKeys& keys);
/// Heads and their lengths, by the kind of each layer. Needs the mixing.
Result<void> set_heads(ModelSpec& spec, const HfKeys& keys);

}  // namespace canirun::formats
