#!/bin/sh
# SPDX-License-Identifier: MIT
# A folder of one's own data: new records count, a broken one is named by file and place, the rest works.
. "$2/tests/e2e/common.inc"
mkdir "$scratch/mine"
cat >"$scratch/mine/api.json" <<'EOF'
{"schema": "canirun/prices-api", "schema_version": 1, "records": [
  {"id": "house/own-model", "provider": "house", "model_name": "Own Model", "input_usd_per_mtok": 1.0, "output_usd_per_mtok": 5.0,
   "provenance": {"basis": "assumed", "source": "a test", "retrieved": "2026-01-01"}}]}
EOF
run 0 catalog prices own-model --data "$scratch/mine"
out_has "house/own-model"
run 0 cost llama-3.1-8b --on "RTX 4090" --vs house/own-model --data "$scratch/mine" --json
json '"Own Model" in json.dumps(d) or "house/own-model" in json.dumps(d)'
echo '{"schema": "canirun/devices", "schema_version": 1, "records": [{"id": "x/y", "kind": "toaster"}]}' >"$scratch/mine/bad.json"
run 0 check llama-3.1-8b --on "RTX 4090" --data "$scratch/mine"
err_has "bad.json"
err_has "/records/0"
run 2 check llama-3.1-8b --on "RTX 4090" --data "$scratch/none"
err_has "--data"
