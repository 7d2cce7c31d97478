// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/assess.hpp>
#include <canirun/result.hpp>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "catalog/catalog.hpp"
#include "cli/machine_source.hpp"
#include "cli/place.hpp"
#include "cli/request.hpp"
#include "cli/request_checker.hpp"
#include "report/report.hpp"

namespace canirun::cli {

/// A small model that drafts for the one asked about.
struct Drafter {
  std::shared_ptr<const ModelSpec> model;
  std::shared_ptr<const QuantScheme> quant;
  WeightTable weights;
};

/// A request with every word understood: nothing in it can be missing or malformed any more. Records are shared with
/// the resolver that made it.
struct Resolved {
  report::RequestEcho echo;
  std::shared_ptr<const Machine> machine;
  std::shared_ptr<const ModelSpec> model;
  std::shared_ptr<const QuantScheme> quant;
  Question question;
  std::shared_ptr<const Drafter> drafter;           ///< what question.companions points to; null: none
  std::shared_ptr<const report::FileSource> files;  ///< where the model was read from; null: the catalog
  std::shared_ptr<const formats::ModelFile> file;   ///< what the file said; null: the catalog
};

/// Turns requests into questions. Remembers the last models and quants, so that a stream of requests decodes each once.
class Resolver {
 public:
  Resolver(const catalog::Catalog& catalog, MachineSource& machines, Places& places)
      : catalog_(catalog), machines_(machines), places_(places) {}

  Result<Resolved> resolve(const Request& request);
  /// A place or a record of the catalog, whichever the text names.
  struct Found {
    std::shared_ptr<const ModelSpec> record;  ///< of the catalog
    std::shared_ptr<Place> place;             ///< null: the record is all there is
    std::vector<std::string> notes;           ///< why the catalog answers for a place
  };
  Result<Found> find(const std::string& text);
  [[nodiscard]] const catalog::Catalog& catalog() const { return catalog_; }
  /// The same about a model that lies somewhere; `request.model` is only its name.
  Result<Resolved> resolve_place(const Request& request, Place& place);
  /// Everything but the model and its quant: what ranking many models starts from.
  Result<Resolved> resolve_without_model(const Request& request);

 private:
  Result<Resolved> resolve_record(const Request& request, const Found& found);
  Error with_catalog_hint(Error error, const std::string& path);
  /// Among the files of a place the one that suits the machine; says how each of them does.
  Result<std::size_t> choose_set(Place& place, std::size_t first, const Resolved& resolved, report::FileSource& source);
  /// One set of a place on this machine: exact when it is read or lies here, else by the rules of its quant's name.
  std::optional<Assessment> try_set(Place& place, std::size_t set, const Resolved& resolved);
  /// By request, by the name, by the ladder: how the weights of a model are stored that no file decides.
  Result<std::shared_ptr<const QuantScheme>> choose_quant(const RequestChecker& checker, const std::string& named,
                                                          const Resolved& resolved);
  /// `place`: where the model lies; null: it is a record of the catalog.
  Result<Resolved> with_model(const Request& request, std::shared_ptr<const ModelSpec> spec, std::optional<Engine> engine,
                              Place* place);
  /// Projector, adapters and draft model, where they are asked for (resolver_companions.cpp).
  Result<void> add_companions(const Request& request, Place* place, Resolved& resolved);
  Result<void> add_draft_head(DraftKind kind, Resolved& resolved);
  Result<void> weigh_draft_head(Resolved& resolved);
  Result<void> add_draft_model(const Request& request, Resolved& resolved);
  Result<void> add_projector(const std::string& asked, Place* place, const RequestChecker& checker, Resolved& resolved);
  /// Opens a place once; a stream of requests may name it often.
  Result<std::shared_ptr<Place>> open(const std::string& text,
                                      Result<std::shared_ptr<Place>> (Places::*open_it)(const std::string&));
  Result<std::shared_ptr<const ModelSpec>> model(const std::string& name);
  Result<std::shared_ptr<const QuantScheme>> quant(const std::string& name);
  Result<UsageProfile> profile(const std::string& name) const;

  const catalog::Catalog& catalog_;
  MachineSource& machines_;
  Places& places_;
  std::map<std::string, std::shared_ptr<Place>, std::less<>> opened_;
  std::map<std::string, std::shared_ptr<const ModelSpec>, std::less<>> models_;
  std::map<std::string, std::shared_ptr<const QuantScheme>, std::less<>> quants_;
};

}  // namespace canirun::cli
