// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/engine.hpp>
#include <canirun/result.hpp>
#include <cstddef>
#include <string>
#include <vector>

#include "catalog/catalog.hpp"
#include "cli/place.hpp"

/// Which of several files of one place is meant.
namespace canirun::cli {

/// The set to read first: the quant that was named, else the one people usually download. Errors: no model there, or
/// several different ones.
Result<std::size_t> first_set(const Place& place, Engine engine, const std::string& quant);

/// Sets to consider for a machine, as indices: the first, then the smaller ones, largest first.
std::vector<std::size_t> set_ladder(const std::vector<formats::FileSet>& sets, std::size_t first);

/// How many sets of the ladder, from its start, keep about three bits a weight or more.
std::size_t three_bit_sets(const std::vector<formats::FileSet>& sets, const std::vector<std::size_t>& ladder,
                           std::uint64_t parameter_count);

/// What a file's weights are stored in, with what the catalog knows about the scheme of that name.
QuantScheme scheme_of_file(const catalog::Catalog& catalog, const StoredWeights& stored);

/// Why this file cannot be checked: it is an adapter, a projector, a vocabulary.
Error not_a_model(const Place& place, const formats::ModelFile& file);

}  // namespace canirun::cli
