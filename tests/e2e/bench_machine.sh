#!/bin/sh
# SPDX-License-Identifier: MIT
# bench alone: this processor, measured in seconds; kept when asked, and then the bandwidth that estimates start from.
source_dir=$2
. "$source_dir/tests/e2e/bench_common.inc"
run 0 bench --save --json
cp "$scratch/out" "$scratch/probe.json"
json 'd["saved"] and d["runs"] == [] and d["memory"]["read_bytes_per_s"] > 1e7'
json '{p["format"] for p in d["probe"]["products"]} == {"fp32", "fp16", "int8"}'
json 'max(r["bytes_per_s"] for r in d["probe"]["reads"]) == d["memory"]["read_bytes_per_s"]'
json 'd["probe"]["busy"] == bool(d["probe"]["disturbances"]) == d["memory"]["busy"]'
"$python" "$source_dir/tests/golden/check_documents.py" "$source_dir/data/schema" "$scratch/probe.json" "$kept" >"$scratch/out" ||
  fail "a document is not what its schema says"
run 0 bench --show
out_has "memory"
out_has "int8"
# Where nothing better is known of the memory, what was read is what is used.
run 0 hw --json
"$python" - "$scratch/out" "$scratch/probe.json" <<'EOF2' || fail "hw does not use what was measured"
import json, sys
pool = json.load(open(sys.argv[1]))["machine"]["pools"][0]
read = json.load(open(sys.argv[2]))["memory"]["read_bytes_per_s"]
from_bench = pool["bandwidth_provenance"]["source"].startswith("canirun bench")
sys.exit(0 if pool["kind"] != "host" or pool["bandwidth_provenance"]["basis"] in ("published", "derived") or
         (from_bench and pool["bandwidth_bytes_per_s"] == read) else 1)
EOF2
run 2 bench --on "RTX 4090"
err_has "measures this machine"
# In words: narrow, and without a character beyond ASCII.
export LC_ALL=C
run 0 bench
if LC_ALL=C grep -q '[^ -~	]' "$scratch/out"; then fail "not ASCII"; fi
