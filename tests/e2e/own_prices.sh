#!/bin/sh
# SPDX-License-Identifier: MIT
# The example of data/README.md, as it stands there: prices of one's own, named by --data or laid into the data folder.
. "$2/tests/e2e/common.inc"
mkdir -p "$scratch/mine"
/usr/bin/python3 - "$source_dir/data/README.md" "$scratch/mine" <<'EOF'
import json, re, sys
blocks = [block for block in re.findall(r"```json\n(.*?)```", open(sys.argv[1], encoding="utf-8").read(), re.S) if '"canirun/prices-' in block]
assert len(blocks) == 2, len(blocks)
for block in blocks:
    json.loads(block)
    open(f"{sys.argv[2]}/{re.search('canirun/(prices-[a-z]+)', block)[1]}.json", "w").write(block)
EOF
command=$(grep -o '`canirun cost qwen3-8b [^`]*`' "$source_dir/data/README.md" | tr -d '`')
[ -n "$command" ] || fail "the example's command is gone from data/README.md"
uses_both() {
  [ ! -s "$scratch/err" ] || fail "a word on stderr"
  json 'any(o.get("id") == "house/contract" or o.get("price_id") == "house/contract" for o in d["cost"]["api"])'
  json 'd["request"]["money"]["region"] == "HOME"'
  grep -qF '"electricity_usd_per_kwh": 0.21' "$scratch/out" || fail "the price of a kWh is not used"
}
# shellcheck disable=SC2086
run 0 ${command#canirun } --on "RTX 4090" --data "$scratch/mine" --json
uses_both
mkdir -p "$XDG_DATA_HOME/canirun"
mv "$scratch/mine" "$XDG_DATA_HOME/canirun/"
# shellcheck disable=SC2086
run 0 ${command#canirun } --on "RTX 4090" --json
uses_both
rm -r "$XDG_DATA_HOME/canirun/mine"
# shellcheck disable=SC2086
run 2 ${command#canirun } --on "RTX 4090" --json
