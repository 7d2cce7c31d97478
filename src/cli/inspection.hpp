// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/model.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "formats/file_set.hpp"
#include "formats/model_file.hpp"
#include "report/report.hpp"

namespace canirun::cli {

/// What another quant of the same model would weigh.
struct QuantWeight {
  std::string quant;
  std::uint64_t bytes = 0;
  bool approximate = false;
};

/// `canirun inspect`: what files (or a record of the catalog) say about a model, nothing of any machine.
struct Inspection {
  report::Head head;
  std::string place;                   ///< what was inspected
  formats::ModelFile file;             ///< of a catalog's record: spec and provenance only
  WeightTable weights;                 ///< empty when the dimensions are not known
  std::string quant;                   ///< what `weights` are stored in
  std::vector<formats::FileSet> sets;  ///< everything the place holds, when that is more than one set
  std::size_t inspected = 0;           ///< index into `sets`
  std::vector<QuantWeight> quants;     ///< what GGUF quants of it would weigh; empty for a GGUF file
  std::uint64_t requests = 0, received_bytes = 0;
};

std::string render_inspection_text(const Inspection& inspection, const report::Terminal& terminal, bool tensors);
/// Schema "canirun/model_file".
std::string inspection_json(const Inspection& inspection, bool tensors);

}  // namespace canirun::cli
