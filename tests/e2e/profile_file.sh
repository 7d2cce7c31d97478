#!/bin/sh
# A profile of the user's own comes from a file; a bad one is named by file and JSON pointer.
. "$2/tests/e2e/common.inc"

cat >"$scratch/profile.json" <<'J'
{"id": "mine", "name": "My month", "task": "summarise", "fresh_input_tokens_per_day": 1000, "output_tokens_per_day": 500,
 "prompt_tokens": 300, "depth_tokens": 400, "active_days_per_year": 200, "hours_available_per_day": 6,
 "hours_powered_per_day": 6, "interactive": true,
 "provenance": {"basis": "measured", "source": "own log", "retrieved": "2026-11-25"}}
J
run 0 check llama-3.1-8b --on "RTX 4090" --profile "$scratch/profile.json" --json
json 'd["request"]["profile"] == "mine" and d["request"]["prompt_tokens"] == 300'

sed 's/"active_days_per_year": 200/"active_days_per_year": 900/' "$scratch/profile.json" >"$scratch/bad.json"
run 2 check llama-3.1-8b --on "RTX 4090" --profile "$scratch/bad.json"
err_has "bad.json: /active_days_per_year: 900 is not from 1 to 366"
