// SPDX-License-Identifier: MIT
#include "cli/price_update.hpp"
#include "report/document.hpp"

namespace canirun::cli {
namespace {

using report::Node;

void set_rates(Node node, const update::Rates& rates) {
  node.set("input_usd_per_mtok", rates.input);
  node.set("cache_read_usd_per_mtok", rates.cache_read);
  node.set("cache_write_usd_per_mtok", rates.cache_write);
  node.set("output_usd_per_mtok", rates.output);
}
void set_price(Node node, const ApiPrice& price) {
  set_rates(node, {price.input_usd_per_mtok, price.cache_read_usd_per_mtok, price.cache_write_usd_per_mtok,
                   price.output_usd_per_mtok});
  node.set("source", price.provenance.source);
  node.set("retrieved", price.provenance.retrieved);
}

void set_facts(Node node, const ApiPrice& price) {
  node.set("context_tokens", price.context_tokens);
  node.set("released", price.released.empty() ? std::nullopt : std::optional(price.released));
  node.set("input_kinds", price.input_kinds);
  node.set("open_weights", price.open_weights);
}

void set_list(Node node, const ListAnswer& answer) {
  node.set("list", update::facts_of(answer.source.list).id);
  node.set("url", answer.source.shown);
  node.set("read", answer.reading.has_value());
  if (answer.error) {
    node.set("error", answer.error->text());
  } else {
    node.set_null("error");
  }
  static const update::Reading k_nothing;
  const update::Reading& reading = answer.reading ? *answer.reading : k_nothing;
  node.set("prices", std::uint64_t{reading.prices.size()});
  node.set("without_price", std::uint64_t{reading.unpriced});
  node.set("wrong", std::uint64_t{reading.refused_count});
  node.objects("wrong_entries", reading.refused, [](Node inner, const update::Refusal& refusal) {
    inner.set("entry", refusal.entry);
    inner.set("reason", refusal.reason);
  });
}

}  // namespace

std::string update_json(const PriceUpdate& update, const report::Head& head) {
  const update::Comparison& comparison = update.comparison;
  report::Document document("canirun/update", head);
  Node root = document.root();
  root.objects("lists", update.lists, set_list);
  root.objects("changed", comparison.changed, [](Node node, const update::Listed& listed) {
    node.set("id", listed.before.id);
    node.set("list", update::facts_of(listed.list).id);
    node.set("entry", listed.entry);
    node.set("factor", listed.factor);
    node.object("before", [&](Node inner) { set_price(inner, listed.before); });
    node.object("after", [&](Node inner) { set_price(inner, listed.after); });
  });
  root.objects("facts_changed", comparison.facts_changed, [](Node node, const update::Listed& listed) {
    node.set("id", listed.before.id);
    node.set("list", update::facts_of(listed.list).id);
    node.set("entry", listed.entry);
    node.object("before", [&](Node inner) { set_facts(inner, listed.before); });
    node.object("after", [&](Node inner) { set_facts(inner, listed.after); });
  });
  root.objects("added", update.added, [](Node node, const update::NewOffer& offer) {
    node.set("id", offer.price.id);
    node.set("list", update::facts_of(offer.list).id);
    node.set("entry", offer.entry);
    node.set("provider", offer.price.provider);
    node.set("model_name", offer.price.model_name);
    node.set("open_model", offer.price.open_model.empty() ? std::nullopt : std::optional(offer.price.open_model));
    set_price(node, offer.price);
    set_facts(node, offer.price);
  });
  root.set("confirmed", std::uint64_t{comparison.confirmed.size()});
  root.set("unlisted", comparison.unlisted);
  root.set("own", std::uint64_t{update.own});
  root.objects("refused", comparison.refused, [](Node node, const update::RefusedPrice& refused) {
    node.set("id", refused.id);
    node.set("list", update::facts_of(refused.list).id);
    node.set("entry", refused.entry);
    node.set("reason", refused.reason);
  });
  root.objects("disagreements", comparison.disagreements, [](Node node, const update::Disagreement& each) {
    node.set("id", each.id);
    node.set("taken", update::facts_of(each.taken).id);
    node.set("other", update::facts_of(each.other).id);
    node.object("taken_rates", [&](Node inner) { set_rates(inner, each.taken_rates); });
    node.object("other_rates", [&](Node inner) { set_rates(inner, each.other_rates); });
  });
  root.set("file", update.file.string());
  root.set("written", update.written);
  return document.text(report::JsonStyle::indented);
}

}  // namespace canirun::cli
