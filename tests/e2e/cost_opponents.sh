#!/bin/sh
# Several opponents, flat prices, kinds of work, curves, the told sum, and where the data may not go.
. "$2/tests/e2e/common.inc"

run 0 cost llama-3.1-8b --on "RTX 4090" --vs gpt-4o-mini --vs claude-haiku-4.5 --subscription 20/month --subscription 200/year --json
json 'sum(a["subscription"] for a in d["cost"]["api"]) == 2'
json 'any(a["usd_per_year"] == 240 for a in d["cost"]["api"]) and any(abs(a["usd_per_year"] - 200) < 1e-9 for a in d["cost"]["api"])'
json 'any("haiku" in a["price_id"] for a in d["cost"]["api"])'
json 'all("flips_at" in x for x in d["cost"]["drivers"]) and "npv_usd" in d["cost"]["break_even"]'
run 2 cost llama-3.1-8b --on "RTX 4090" --subscription 20/fortnight
err_has "--subscription"
run 2 cost llama-3.1-8b --on "RTX 4090" --vs gpt-4o-mini --vs no-such-model
err_has "--vs"

run 0 cost llama-3.1-8b --on "RTX 4090" --mix autocomplete --mix summarise --json
json '[s["name"] for s in d["cost"]["splits"]] == ["cheapest", "meets_the_bar", "all_local", "all_api"]'
run 2 cost llama-3.1-8b --on "RTX 4090" --mix nothing
err_has "--mix"

run 0 cost llama-3.1-8b --on "RTX 4090" --buy --plot --vs gpt-4o
out_has "paid after so many months"
out_has "●"
LC_ALL=C run 0 cost llama-3.1-8b --on "RTX 4090" --buy --plot --vs gpt-4o
out_lacks "●"
if LC_ALL=C grep -q '[^ -~]' "$scratch/out"; then fail "not plain ASCII"; fi

run 0 cost --example article
out_has '$182.50'
out_has '$1,825'
out_has '10.5 months'
out_has 'never'
run 0 cost --example article --json
json 'abs(d["lines"][0]["result"] - 182.5) < 1e-9 and d["lines"][-1]["result"] is None'
run 2 cost --example other
err_has "article"

# Where nobody promises a region no API counts; where some do, those.
run 0 cost llama-3.1-8b --on "RTX 4090" --residency Atlantis --json
json 'any(r["code"] == "residency" for r in d["verdict"]["reasons"])'
run 0 cost llama-3.1-8b --on "RTX 4090" --residency EU --json
json 'not any(r["code"] == "residency" for r in d["verdict"]["reasons"])'
json 'any(a["stays_in_region"] for a in d["cost"]["api"]) and not all(a["stays_in_region"] for a in d["cost"]["api"])'
run 0 help grades
out_has "from 0.85"
