// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/model.hpp>
#include <canirun/result.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog.hpp"
#include "formats/file_set.hpp"
#include "formats/header_reader.hpp"
#include "formats/model_file.hpp"
#include "net/remote.hpp"
#include "store/store.hpp"

namespace canirun::cli {

/// Where the files of a model lie: a path of this machine, a repository, a tag, an address. Listed, read on demand.
class Place {
 public:
  Place(std::string typed, store::LocalModel local);
  Place(net::RemoteModel remote, std::unique_ptr<formats::HeaderReader> reader);

  /// For messages: the path, or "hf.co/OWNER/REPO".
  [[nodiscard]] const std::string& title() const { return title_; }
  [[nodiscard]] const std::vector<formats::FileSet>& sets() const { return sets_; }
  /// The quant named together with it ("hf.co/OWNER/REPO:Q4_K_M"), else empty.
  [[nodiscard]] const std::string& quant() const { return quant_; }
  [[nodiscard]] bool is_remote() const { return remote_.has_value(); }
  [[nodiscard]] bool is_read(std::size_t set) const { return read_[set] != nullptr; }

  /// What one of its sets says; read once. Fills in what the place knows and the file does not (how to name it, how to run
  /// it, licence), and what the catalog knows of the same model.
  Result<std::shared_ptr<const formats::ModelFile>> read(std::size_t set, const catalog::Catalog& catalog);

 private:
  void name_after_place(ModelSpec& spec) const;
  void complete(formats::ModelFile& file, const formats::FileSet& set) const;

  std::string title_, typed_, quant_;
  std::vector<formats::FileSet> sets_;
  std::optional<store::LocalModel> local_;
  std::optional<net::RemoteModel> remote_;
  std::unique_ptr<formats::HeaderReader> reader_;
  std::vector<std::shared_ptr<const formats::ModelFile>> read_;
};

/// Finds places. The network is set up when the first remote reference is asked for, and never when it is switched off.
class Places {
 public:
  Places(bool offline, std::function<void(std::string_view)> progress);
  ~Places();
  Places(const Places&) = delete;
  Places& operator=(const Places&) = delete;

  /// A text in the form of a path, or the name of something that is there.
  static bool is_path(std::string_view text);
  static bool is_remote(std::string_view text) { return net::looks_remote(text); }

  Result<std::shared_ptr<Place>> open_path(const std::string& text);
  Result<std::shared_ptr<Place>> open_remote(const std::string& text);
  /// A tag that Ollama on this machine has downloaded; nullptr when it has not.
  std::shared_ptr<Place> open_installed(const std::string& tag);

  [[nodiscard]] net::Traffic traffic() const;

 private:
  bool offline_;
  std::function<void(std::string_view)> progress_;
  std::unique_ptr<net::Network> network_;
};

/// Gives a model read from a file what the catalog knows of the same model (its id, so that prices and evidence are found,
/// abilities, results) when name and dimensions agree. The file's own words and weights stay.
void recognise(ModelSpec& spec, const catalog::Catalog& catalog, const std::vector<std::string>& names);

/// A file's name without folders, part number, ending and quant: "UD/Qwen3-8B-Q4_K_M-00001-of-00002.gguf" -> "Qwen3-8B".
std::string model_part_of(std::string_view file_name, std::string_view quant);

}  // namespace canirun::cli
