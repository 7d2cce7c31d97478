// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/model.hpp>
#include <vector>

#include "formats/hf_quantization.hpp"
#include "formats/spec_from_tensors.hpp"
#include "formats/tensor_names_hf.hpp"

namespace canirun::formats {

/// Appends what the converter makes of one matrix, under GGUF's names; nothing for what it leaves out.
void append_named(std::vector<NamedTensor>& out, const HfName& name, const HfMatrix& matrix, const ModelSpec& spec);

/// The part it plays as it is stored (two matrices in one tensor stay one).
TensorRole stored_role(const HfName& name);

/// Its shape in ggml's order, at most three dimensions. Rows of a flattened matrix are as long as the network needs.
StoredTensor stored_tensor(const HfName& name, const HfMatrix& matrix, const ModelSpec& spec);

/// Experts that are stored one by one become one entry a layer, as they are in a GGUF file.
void append_stored(std::vector<StoredTensor>& out, const StoredTensor& tensor);

/// Corrects `spec`, which came from config.json, by the tensors that are there.
void apply_hf_tensors(ModelSpec& spec, const std::vector<NamedTensor>& tensors, bool known_family);

}  // namespace canirun::formats
