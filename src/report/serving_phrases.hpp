// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/assess.hpp>
#include <string>

/// Sentences on several requests at once, drafting, and GPUs that share a model.
namespace canirun::report {

/// What each of several people sees, and what they get together.
std::string concurrency_phrase(const ConcurrentSpeed& many);
/// "with its own draft layers 41-60 tok/s: ...": what drafting brings; says what is assumed.
std::string drafting_phrase(const SpeculativeSpeed& drafted);
/// The draft as a part of the memory: "draft model Qwen3 0.6B Q8_0", "draft layers".
std::string draft_name(const Companions& beside, const std::string& quant);

/// For --explain: where the figures come from.
std::string concurrency_source(const EngineSettings& settings);
std::string drafting_source(const SpeculativeSpeed& drafted);
/// How several GPUs share the model, and what that costs; "" when one GPU works, or whole layers in turn.
std::string split_source(const EngineSettings& settings);

}  // namespace canirun::report
