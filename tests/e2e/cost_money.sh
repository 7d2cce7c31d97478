#!/bin/sh
# SPDX-License-Identifier: MIT
# Another currency, heat, serverless GPUs, and what providers promise.
. "$2/tests/e2e/common.inc"
ask="cost llama-3.1-8b --on RTX4090 --vs mistral/mistral-large-3"

# A currency changes what is written, and no figure of the document.
run 0 $ask --json
cp "$scratch/out" "$scratch/dollars"
run 0 $ask --currency EUR --rate 0.5 --json
/usr/bin/python3 - "$scratch/dollars" "$scratch/out" <<'PY' || fail "the currency changed a figure or the answer"
import json, sys
a, b = (json.load(open(name)) for name in sys.argv[1:])
for key in ("usd_per_year", "usd_per_day", "electricity_usd_per_year"):
    assert a["cost"]["local"]["own"][key] == b["cost"]["local"]["own"][key]
assert [x["usd_per_year"] for x in a["cost"]["api"]] == [x["usd_per_year"] for x in b["cost"]["api"]]
assert a["verdict"]["answer"] == b["verdict"]["answer"]
assert [r["code"] for r in a["verdict"]["reasons"]] == [r["code"] for r in b["verdict"]["reasons"]]
assert b["request"]["money"]["currency"] == "EUR" and b["request"]["money"]["per_usd"] == 0.5
PY
run 0 $ask --currency eur --rate 0.5 --buy --subscription 10/month --explain
out_has "EUR"
out_lacks '$'
for wide in 48 80; do
  COLUMNS=$wide run 0 $ask --currency EUR --rate 0.5 --buy --plot
  /usr/bin/python3 -c 'import sys
sys.exit(any(len(line.rstrip("\n")) > int(sys.argv[2]) for line in open(sys.argv[1], encoding="utf-8")))' "$scratch/out" "$wide" || fail "wider than $wide columns"
done
# What is given is in that currency, and dollars where they are named; nothing is mixed without a rate.
run 0 $ask --currency EUR --rate 0.5 --kwh 0.10 --hw-price '$1000' --json
json 'd["request"]["money"]["electricity_usd_per_kwh"] == 0.2 and d["request"]["money"]["hardware_price_usd"] == 1000'
run 2 $ask --kwh 0.30EUR
err_has "EUR"
err_has "--rate"
run 2 $ask --currency EUR
err_has "--rate"
run 2 $ask --rate 0.9
err_has "--currency"
run 2 $ask --currency EUR --rate 0
err_has "--rate"
run 0 plan llama-3.1-8b --budget 900 --currency EUR --rate 0.9 --own
out_has "EUR"
run 2 plan llama-3.1-8b --budget lots
err_has "--budget"

# Heat is worth something for a part of the year.
run 0 $ask --dedicated --json
cp "$scratch/out" "$scratch/cold"
run 0 $ask --dedicated --heating 0.5 --json
/usr/bin/python3 - "$scratch/cold" "$scratch/out" <<'PY' || fail "the heat is not half the electricity"
import json, sys
cold, warm = (json.load(open(name))["cost"]["local"]["own"] for name in sys.argv[1:])
half = cold["electricity_usd_per_year"] / 2
assert abs(warm["heat_credit_usd_per_year"] - half) < 1e-9 * half
assert abs(cold["usd_per_year"] - warm["usd_per_year"] - half) < 1e-9 * half
PY
run 0 $ask --dedicated --heating 0.5 --heat-price 0.1
out_has "heating it replaces"
run 2 $ask --heating 0.7 --cooling 0.7
err_has "--cooling"
run 2 $ask --heat-price 0.1
err_has "--heat-price"

# The same card by the hour and by the second.
run 0 $ask --json
json 'd["cost"]["rent"] and not d["cost"]["rent"]["serverless"]'
json 'd["cost"]["rent_serverless"]["serverless"] and d["cost"]["rent_serverless"]["start_s"] > 0'
json 'd["cost"]["rent_serverless"]["usd_per_hour"] > d["cost"]["rent"]["usd_per_hour"]'
json 'd["cost"]["rent_serverless"]["storage_usd_per_year"] > 0'
run 0 $ask
out_has "serverless"

# A region is promised by some, refused by others, and unknown of the rest.
run 0 $ask --residency eu --json
json '[a["stays_in_region"] for a in d["cost"]["api"] if a["price_id"] == "mistral/mistral-large-3"] == [True]'
json 'd["cost"]["api"][0]["region_surcharge_share"] == 0.1'
run 0 $ask --residency eu
out_has "in eu"
out_has "not counted, region not known"
run 0 cost llama-3.1-8b --on RTX4090 --vs anthropic/claude-sonnet-5 --residency eu
out_has "does not promise eu"
