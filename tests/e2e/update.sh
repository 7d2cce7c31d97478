#!/bin/sh
# SPDX-License-Identifier: MIT
# canirun update: public price lists are asked when it is said, what they change is shown, kept, used and forgotten.
source_dir=$2
. "$source_dir/tests/e2e/model_common.inc"
check="$python $source_dir/tests/golden/check_documents.py $source_dir/data/schema"
start_server
lists=$scratch/site/files
mkdir -p "$lists"
kept=$XDG_DATA_HOME/canirun/00-fetched-prices.json
cat >"$lists/models_dev.json" <<'EOF'
{"openai": {"models": {"gpt-4o-mini": {"cost": {"input": 0.1, "output": 0.4, "cache_read": 0.05}},
  "gpt-4.1": {"cost": {"input": 200, "output": 800}}, "gpt-4o": {"cost": {"input": -3, "output": 10}}}},
 "anthropic": {"models": {"claude-3-haiku-20240307": {"cost": {"input": 0.25, "output": 1.25, "cache_read": 0.03, "cache_write": 0.3}}}}}
EOF
echo '{"data": [{"id": "cohere/command-a", "pricing": {"prompt": "0.000002", "completion": "0.000009"}}]}' >"$lists/openrouter.json"
echo '{"xai/grok-4-0709": {"litellm_provider": "xai", "mode": "chat", "input_cost_per_token": 2e-06, "output_cost_per_token": 1e-05}}' >"$lists/litellm.json"
address() { # WAY: all three lists are at addresses that have this way
  export CANIRUN_PRICES_URL_MODELS_DEV="$hub/${1}files/models_dev.json" \
    CANIRUN_PRICES_URL_OPENROUTER="$hub/${1}files/openrouter.json" CANIRUN_PRICES_URL_LITELLM="$hub/${1}files/litellm.json"
}
address ""

# Nothing is asked that nobody asked for.
run 0 cost llama-3.1-8b --on "RTX 4090" --vs openai/gpt-4o-mini
requests 'l == []'
run 2 update --offline
err_has "--offline"
requests 'l == []'

run 0 update --dry-run
err_has "127.0.0.1"
out_has "openai/gpt-4o-mini"
[ ! -e "$kept" ] || fail "a dry run wrote $kept"
run 0 update --json
cp "$scratch/out" "$scratch/update.json"
json 'len(d["changed"]) == 3 and d["confirmed"] == 1 and d["written"]'
json '[c["factor"] for c in d["changed"]] == sorted((c["factor"] for c in d["changed"]), key=lambda f: -abs(__import__("math").log(f)))'
json '[r["id"] for r in d["refused"]] == ["openai/gpt-4.1"] and d["lists"][1]["wrong_entries"][0]["entry"] == "openai/gpt-4o"'
[ "$(find "$XDG_DATA_HOME/canirun" -type f | wc -l)" -eq 1 ] || fail "something was left beside it"
requests 'all(r["authorization"] is None for r in l)'

# Facts that changed, offers of open models that no record is of, and closed models that came out since.
cp "$lists/models_dev.json" "$scratch/plain.json"
cat >"$lists/models_dev.json" <<'EOF'
{"openai": {"models": {"gpt-4o-mini": {"cost": {"input": 0.1, "output": 0.4, "cache_read": 0.05}, "limit": {"context": 256000}},
  "gpt-4o": {"cost": {"input": 2.5, "output": 10, "cache_read": 1.25}, "limit": {"context": 512000}},
  "gpt-99": {"cost": {"input": 9, "output": 90}, "release_date": "2099-01-01", "open_weights": false, "name": "GPT-99"}}},
 "cerebras": {"models": {"llama-3.1-8b-instruct": {"cost": {"input": 0.04, "output": 0.07}, "limit": {"context": 131072}}}},
 "stranger": {"models": {"llama-3.1-8b-instruct": {"cost": {"input": 0.01, "output": 0.01}}}}}
EOF
run 0 update --json
json 'sorted(a["id"] for a in d["added"]) == ["cerebras/llama-3.1-8b", "openai/gpt-99"]'
json '[f["after"]["context_tokens"] for f in d["facts_changed"] if f["id"] == "openai/gpt-4o"] == [512000]'
cp "$scratch/out" "$scratch/offers.json"
run 0 cost llama-3.1-8b --on "RTX 4090" --vs gpt-99 --vs cerebras/llama-3.1-8b --json
json 'd["cost"]["api"][0]["name"] == "GPT-99" and any(a["price_id"] == "cerebras/llama-3.1-8b" and a["same_model"] for a in d["cost"]["api"])'
run 0 update
out_has "no price has changed"
out_lacks "new offer"
# On no list any more: they stay as they were.
cp "$scratch/plain.json" "$lists/models_dev.json"
run 0 update
run 0 catalog prices gpt-99
out_has "90"
$check "$scratch/offers.json" >"$scratch/out" || fail "a document is not what its schema says"
run 0 update --forget
[ "$(find "$XDG_DATA_HOME/canirun" -type f | wc -l)" -eq 0 ] || fail "something was not forgotten"
run 0 update

# What was fetched counts, with its date; the rest of the record stays; the next time nothing has changed.
today=$(date -u +%Y-%m-%d)
run 0 catalog prices gpt-4o-mini
[ ! -s "$scratch/err" ] || fail "a word on stderr"
grep "openai/gpt-4o-mini" "$scratch/out" | grep -F 0.05 | grep -qF "$today" || fail "the new price is not in the catalog"
run 0 cost llama-3.1-8b --on "RTX 4090" --vs openai/gpt-4o-mini --json
grep -qF "$today" "$scratch/out" || fail "cost does not name the date of the price"
run 0 update
out_has "no price has changed"
cp "$kept" "$scratch/before"

# Whatever goes wrong, the old prices stay.
for way in 404 json-garbage html drop truncated redirect-cdn json-deep redirect-loop empty; do
  address "~$way/"
  run 2 update
  err_has "all prices stay as they are"
  cmp -s "$kept" "$scratch/before" || fail "$way changed $kept"
done
forget_requests
address "~redirect-cdn/"
run 2 update
err_has "CANIRUN_PRICES_URL_"
requests 'all(r["port"] == "hub" for r in l)'
export CANIRUN_PRICES_URL_LITELLM="ftp://127.0.0.1/x"
run 2 update
err_has CANIRUN_PRICES_URL_LITELLM

# One list that fails is a warning, and what it had said before stays.
address ""
export CANIRUN_PRICES_URL_OPENROUTER="$hub/~404/files/openrouter.json"
run 0 update --json
err_has "warning: OpenRouter"
cp "$scratch/out" "$scratch/partly.json"
run 0 catalog prices openrouter/command-a-111b
out_has "$today"

# A list longer than any is cut off.
address ""
"$python" -c 'open(__import__("sys").argv[1], "w").write("[" + "1," * (17 << 20) + "1]")' "$lists/models_dev.json"
run 0 update --dry-run
err_has "32 MiB"

# The user's own file wins, and is left alone.
mkdir -p "$XDG_DATA_HOME/canirun/mine"
cat >"$XDG_DATA_HOME/canirun/mine/prices.json" <<'EOF'
{"schema": "canirun/prices-api", "schema_version": 1, "records": [
  {"id": "xai/grok-4", "provider": "xAI", "model_name": "Grok 4", "input_usd_per_mtok": 1.5, "output_usd_per_mtok": 7,
   "provenance": {"basis": "assumed", "source": "our contract", "retrieved": "2026-11-01"}}]}
EOF
run 0 update --json
json 'd["own"] == 1'
run 0 catalog prices xai/grok-4
grep -qF "our contract" "$scratch/out" || fail "the user's own price does not count"

run 2 update --forget --dry-run
run 0 update --forget --json --offline
cp "$scratch/out" "$scratch/forgotten.json"
json 'd["forgotten"]'
[ ! -e "$kept" ] || fail "$kept is still there"
run 0 update --forget
out_has "no prices have been fetched"
run 0 catalog prices gpt-4o-mini
out_has "0.15"
$check "$scratch"/update.json "$scratch"/partly.json "$scratch"/forgotten.json >"$scratch/out" || fail "a document is not what its schema says"
