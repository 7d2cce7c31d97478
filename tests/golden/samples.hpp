// SPDX-License-Identifier: MIT
#pragma once
#include "formats/model_file.hpp"
#include "report/report.hpp"

/// Values made by hand to look at layouts: plausible, but nobody's measurements. Each holds what its Answer refers to.
namespace canirun::samples {

struct Sample {
  report::RequestEcho request;
  Machine machine;
  ModelSpec model;
  QuantScheme quant;
  Question question;
  Assessment assessment;

  [[nodiscard]] report::Answer answer() const {
    return {.head = {.version = "0.0.0", .catalog_date = "2026-11-23"},
            .request = request,
            .machine = machine,
            .model = model,
            .quant = quant,
            .question = question,
            .assessment = assessment};
  }
};

Machine workstation();  ///< one RTX 4090, its memory free to read
Machine laptop();       ///< CPU only, bandwidth unknown, notes
Machine two_cards();    ///< described, not probed: nothing free is known

Sample fits();     ///< a small dense model on the workstation: everything is well
Sample split();    ///< a MoE model with experts in host memory
Sample too_big();  ///< a 70B on the laptop: a no with two ways out
Sample hostile();  ///< names that try to drive the terminal

report::FileSource repository();  ///< four quants at one place, with names that try to drive the terminal
formats::ModelFile header();      ///< what a GGUF header says, likewise

report::Listing installed(const Machine& machine);  ///< one that runs, one with parts missing
report::Listing listing(const Machine& machine);
report::Overview overview(const Machine& machine);

}  // namespace canirun::samples
