// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "bench/results_parts.hpp"

/// What llama-bench's JSON, rows and table have in common. Not for other rooms.
namespace canirun::bench {

/// "CUDA", "Metal,BLAS", "CUDA,RPC": what computed. Nothing for backends the estimates know nothing about.
std::optional<Backend> backend_named(std::string_view names);

/// Whole layers on the GPU: llama-bench's default is 99, newer ones say -1 for all.
std::optional<std::uint32_t> layers_of(std::optional<std::int64_t> count);

/// Puts a rate where the test says it belongs; false for a test that mixes reading and writing.
bool set_rate(Measurement& run, MeasuredRate rate, std::uint32_t prompt, std::uint32_t written, std::uint32_t depth);

/// Settings that no estimate knows, and that change a speed, in words; empty: there are none.
std::string unknown_setting(bool cache_on_host, std::string_view tensor_overrides, bool embeddings);

/// Notes a run that is not taken, and why.
void leave_out(FoundRuns& from, std::size_t line, const std::string& why);

}  // namespace canirun::bench
