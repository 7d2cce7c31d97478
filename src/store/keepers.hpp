// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "store/store.hpp"

/// One reader for each program's folder. A folder that is not there, or cannot be read, holds nothing; a model that cannot
/// be read is listed with the reason.
namespace canirun::store {

std::vector<InstalledModel> ollama_models(const std::string& folder);
std::vector<InstalledModel> lm_studio_models(const std::string& folder);
std::vector<InstalledModel> hugging_face_models(const std::string& folder);
std::vector<InstalledModel> llama_cpp_models(const std::string& folder);

/// How much of a program's folder is looked at: people keep hundreds of models, not ten thousands.
inline constexpr std::size_t k_most_store_entries = 100'000;

/// Each model among `files`, which lie in `folder`, as "NAME:QUANT" for GGUF files and NAME for other weights. Projectors
/// and adapters are parts, not models.
std::vector<InstalledModel> models_in(Keeper keeper, const std::string& name, const std::string& folder,
                                      const std::vector<formats::ListedFile>& files);
/// A model of which only a part has arrived.
InstalledModel unfinished(Keeper keeper, std::string name, std::string folder);

}  // namespace canirun::store
