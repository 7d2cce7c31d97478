// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/assess.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "report/report.hpp"
#include "report/style.hpp"

/// Values of the vocabulary in a person's words. UTF-8; the page transcribes for ASCII terminals.
namespace canirun::report {

std::string words_for(UsabilityLevel level);    ///< "batch only"
std::string words_for(CapabilityLevel level);   ///< "on par or better", "not a substitute"
std::string words_for(FitStatus status);        ///< "fits", "fits, split", "does not fit"
std::string words_for(Task task);               ///< "summarising"
std::string words_for(canirun::Answer answer);  ///< "run it locally"
std::string words_for(Bottleneck bottleneck);   ///< "memory bandwidth"
Mark mark_of(UsabilityLevel level);
Mark mark_of(CapabilityLevel level);
Mark mark_of(FitStatus status);

/// A product name without the words every product of its maker carries: "NVIDIA GeForce RTX 4090" -> "RTX 4090".
std::string short_name(std::string_view name);
/// "RTX 4090", "2x RTX 3090", "Ryzen 9 7950X": what does the work.
std::string machine_name(const Machine& machine);
/// "RTX 4090, 21.9 of 24.0 GiB free": the name and the memory a model may hope for.
std::string machine_phrase(const Machine& machine);
/// "21.9 of 24.0 GiB free" or "24.0 GiB" when nobody knows what is free.
std::string pool_phrase(const MemoryPool& pool);
/// "weights 4.1, KV cache 0.9, buffers 0.6, driver 0.5": GiB, parts that are there.
std::string parts_phrase(const MemoryParts& parts);
/// "all 33 layers on the GPU", "experts of 12 of 48 layers in host memory", "no layers on a GPU".
std::string placement_phrase(const Machine& machine, const ModelSpec& model, const Placement& placement);
/// The same for a table: "GPU", "2 GPUs", "memory", "12 of 48 experts on CPU", "20 of 64 on GPU", "does not fit".
std::string place_phrase(const Machine& machine, const ModelSpec& model, const Placement& placement);
/// "fits on the GPU", "fits on 2 GPUs", "fits in memory", "fits, split GPU and CPU", "fits when idle", "does not fit".
std::string fit_heading(const Machine& machine, const Placement& placement);
Mark fit_mark(const Placement& placement);
/// "8k context", "80k context (8k for each of 10)", "10 x 8k context": what is reserved, and whose it is.
std::string context_phrase(const EngineSettings& settings);
/// What a described machine's answer rests on and nobody said: which of several versions a name is taken for, and how much
/// memory the host has, where it holds weights. Nothing for a machine that was looked at.
std::vector<std::string> assumption_phrases(const Machine& machine, const MemoryEstimate& memory);
/// Name of the API model the capability is compared with; its price id where no price has a name for it.
std::string reference_name(const Answer& answer);
/// "other guests of the host took 12 % of the processor's time since boot"; "" where it is too little to count.
std::string stolen_time_phrase(const Machine& machine);
/// "by NVML, 2026-11-23": basis, source and date, whatever is there.
std::string provenance_phrase(const Provenance& provenance);

}  // namespace canirun::report
