// SPDX-License-Identifier: MIT
#include "report/document.hpp"

#include <nlohmann/json.hpp>

namespace canirun::report {

void Node::set_null(std::string_view name) { json_[std::string(name)] = nullptr; }

nlohmann::ordered_json& Node::object_member(std::string_view name) {
  return json_[std::string(name)] = nlohmann::ordered_json::object();
}
nlohmann::ordered_json& Node::array_member(std::string_view name) {
  return json_[std::string(name)] = nlohmann::ordered_json::array();
}
nlohmann::ordered_json& Node::append_object(nlohmann::ordered_json& array) {
  array.push_back(nlohmann::ordered_json::object());
  return array.back();
}

Document::Document(std::string_view schema, const Head& head)
    : json_(std::make_unique<nlohmann::ordered_json>(nlohmann::ordered_json::object())) {
  Node node = root();
  node.set("schema", schema);
  node.set("schema_version", std::uint32_t{1});
  node.set("canirun", head.version);
  node.set("catalog_date", head.catalog_date);
}
Document::~Document() = default;

std::string Document::text(JsonStyle style) const {
  const int indent = style == JsonStyle::indented ? 2 : -1;
  return json_->dump(indent, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace canirun::report
