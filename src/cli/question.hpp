// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/assess.hpp>
#include <canirun/result.hpp>

#include "cli/request_checker.hpp"

namespace canirun::cli {

/// The parts of a Question, each from what was asked and what it starts from. Errors gather in the checker.
EngineSettings settings_asked(RequestChecker& checker, const Request& request);
UsageProfile usage_asked(RequestChecker& checker, const Request& request, UsageProfile profile);
CostInputs money_asked(RequestChecker& checker, const Request& request);
Floors floors_asked(RequestChecker& checker, const Request& request);

/// Requests that divide the engine's context between them: llama.cpp's `-c`, and of what runs it, is the sum of all slots;
/// vLLM and MLX give each request all of it.
std::uint32_t sharers_of_context(const EngineSettings& settings);

/// What depends on the model: a context nobody asked for never exceeds what the model can do, and speed is stated at a
/// depth and for a prompt that fit into the context.
void adapt_to_model(RequestChecker& checker, const Request& request, const ModelSpec& model, Question& question);

}  // namespace canirun::cli
