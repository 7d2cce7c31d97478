// SPDX-License-Identifier: MIT
#include "cli/place.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "cli/session.hpp"
#include "cli/system.hpp"
#include "report/commands.hpp"

namespace canirun::cli {
namespace {

std::string folded_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return lower;
}

std::string joined_path(const std::string& folder, const std::string& file) {
  return folder.empty() ? file : folder + (folder.ends_with('/') ? "" : "/") + file;
}

}  // namespace

Place::Place(std::string typed, store::LocalModel local)
    : title_(typed), typed_(std::move(typed)), sets_(local.sets), local_(std::move(local)) {
  reader_ = store::reader(*local_);
  read_.resize(sets_.size());
}

Place::Place(net::RemoteModel remote, std::unique_ptr<formats::HeaderReader> reader)
    : title_(net::text_of(remote.reference)),
      typed_(net::text_of(remote.reference)),
      quant_(remote.reference.quant),
      sets_(remote.sets),
      remote_(std::move(remote)),
      reader_(std::move(reader)) {
  read_.resize(sets_.size());
}

Result<std::shared_ptr<const formats::ModelFile>> Place::read(std::size_t set, const catalog::Catalog& catalog) {
  if (read_[set]) return read_[set];
  Result<formats::ModelFile> file = formats::read_model(sets_[set], *reader_);
  if (!file) return tl::unexpected<Error>(std::move(file).error());
  complete(*file, sets_[set]);
  const std::string first = sets_[set].files.empty() ? std::string() : sets_[set].files.front();
  std::vector<std::string> names = {file->spec.name, model_part_of(first, formats::quant_in_name(first))};
  if (remote_ && !remote_->reference.repo.empty()) {
    names.push_back(remote_->reference.repo + (remote_->reference.tag.empty() ? "" : ":" + remote_->reference.tag));
  }
  if (local_) names.push_back(native_path(local_->folder).filename().string());
  recognise(file->spec, catalog, names);
  read_[set] = std::make_shared<const formats::ModelFile>(std::move(*file));
  return read_[set];
}

/// Weights in shards have no name of their own: the folder's or the repository's is what people call the model.
void Place::name_after_place(ModelSpec& spec) const {
  std::string name;
  if (remote_) {
    name = remote_->reference.repo;
  } else if (local_) {
    std::error_code ignored;
    const std::filesystem::path folder =
        std::filesystem::absolute(native_path(local_->folder.empty() ? "." : local_->folder), ignored).lexically_normal();
    const std::filesystem::path cached = folder.parent_path().parent_path().filename();  // models--OWNER--REPO/snapshots/ID
    name = (folder.has_filename() ? folder : folder.parent_path()).filename().string();
    if (cached.string().starts_with("models--")) name = cached.string().substr(cached.string().rfind("--") + 2);
  }
  if (name.empty()) return;
  spec.name = name;
  spec.id = folded_case(name);
}

void Place::complete(formats::ModelFile& file, const formats::FileSet& set) const {
  ModelSpec& spec = file.spec;
  spec.reference = report::shell_word(typed_);
  const std::string first = set.files.empty() ? set.config : set.files.front();
  spec.provenance.source = local_ ? joined_path(local_->folder, first) : title_ + (first.empty() ? "" : ", " + first);
  if (set.kind == formats::SetKind::safetensors || set.kind == formats::SetKind::config_only) name_after_place(spec);
  if (local_) {
    spec.local_path = set.kind == formats::SetKind::gguf ? joined_path(local_->folder, first) : local_->folder;
    return;
  }
  const net::Reference& reference = remote_->reference;
  const std::string repo = reference.owner + "/" + reference.repo;
  if (spec.licence.empty()) spec.licence = remote_->licence;
  if (file.about.base_model.empty()) file.about.base_model = remote_->base_model;
  switch (reference.host) {
    case net::Host::hugging_face:
    case net::Host::model_scope:
      spec.hf_repo = repo;
      if (set.kind == formats::SetKind::gguf) {
        spec.gguf_repo = reference.host == net::Host::hugging_face ? repo : "modelscope.cn/" + repo;
        spec.gguf_file = first;
      }
      break;
    case net::Host::ollama:
      spec.ollama_tag = (reference.owner == "library" ? reference.repo : repo) + ":" + reference.tag;
      break;
    case net::Host::address:
      spec.gguf_file = reference.url;
      break;
  }
}

Places::Places(bool offline, std::function<void(std::string_view)> progress)
    : offline_(offline), progress_(std::move(progress)) {}
Places::~Places() = default;

bool Places::is_path(std::string_view text) {
  if (store::looks_like_path(text)) return true;
  std::error_code ignored;
  return std::filesystem::exists(native_path(store::expand_home(text)), ignored);
}

Result<std::shared_ptr<Place>> Places::open_path(const std::string& text) {
  Result<store::LocalModel> found = store::look_up(store::expand_home(text));
  if (!found) return tl::unexpected<Error>(std::move(found).error());
  return std::make_shared<Place>(text, std::move(*found));
}

Result<std::shared_ptr<Place>> Places::open_remote(const std::string& text) {
  Result<net::Reference> reference = net::parse_reference(text);
  if (!reference) return tl::unexpected<Error>(std::move(reference).error());
  if (offline_) {
    return fail(ErrorKind::network, fmt::format("\"{}\" lies on the network, and --offline was given", text),
                "without --offline it is asked for; a downloaded file is named by its path");
  }
  if (!network_) {
    net::NetworkOptions options = net::network_options_from_environment(k_version);
    options.progress = progress_;
    network_ = std::make_unique<net::Network>(std::move(options));
  }
  Result<net::RemoteModel> found = network_->look_up(*reference);
  if (!found) return tl::unexpected<Error>(std::move(found).error());
  std::unique_ptr<formats::HeaderReader> reader = network_->reader(*found);
  return std::make_shared<Place>(std::move(*found), std::move(reader));
}

std::shared_ptr<Place> Places::open_installed(const std::string& tag) {
  store::StoreFolders folders;
  folders.ollama = store::store_folders_from_environment().ollama;
  for (store::InstalledModel& model : store::installed_models(folders)) {
    if (model.name == tag && model.problem.empty()) {
      return std::make_shared<Place>(tag, std::move(model.where));
    }
  }
  return nullptr;
}

net::Traffic Places::traffic() const { return network_ ? network_->traffic() : net::Traffic{}; }

namespace {

bool same_network(const ModelSpec& a, const ModelSpec& b) {
  return a.layers.size() == b.layers.size() && a.embedding_length == b.embedding_length && a.architecture == b.architecture;
}

}  // namespace

std::string model_part_of(std::string_view file_name, std::string_view quant) {
  std::string name(file_name.substr(file_name.rfind('/') + 1));  // npos + 1 is 0
  const std::size_t at = quant.empty() ? std::string::npos : folded_case(name).rfind(folded_case(quant));
  name = at != std::string::npos ? name.substr(0, at) : name.substr(0, name.rfind('.'));
  while (!name.empty() && (name.back() == '-' || name.back() == '.' || name.back() == '_')) name.pop_back();
  return name;
}

void recognise(ModelSpec& spec, const catalog::Catalog& catalog, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (name.empty()) continue;
    const Result<ModelSpec> known = catalog.model(name);
    if (!known || !same_network(*known, spec)) continue;
    spec.id = known->id;
    if (spec.name.empty()) spec.name = known->name;
    spec.family = known->family;
    if (spec.vendor.empty()) spec.vendor = known->vendor;
    if (spec.licence.empty()) spec.licence = known->licence;
    spec.released = known->released;
    spec.vision = spec.vision || known->vision;
    spec.tool_use = known->tool_use;
    spec.reasoning = known->reasoning;
    spec.for_code = known->for_code;
    spec.quality = known->quality;
    if (spec.context_limit_tokens == 0) spec.context_limit_tokens = known->context_limit_tokens;
    if (!spec.active_parameter_count) spec.active_parameter_count = known->active_parameter_count;
    return;
  }
}

}  // namespace canirun::cli
