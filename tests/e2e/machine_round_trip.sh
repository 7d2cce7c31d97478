#!/bin/sh
# SPDX-License-Identifier: MIT
# What hw --json writes, --machine reads: the same machine, the same answers. Broken files are named with their place.
. "$2/tests/e2e/common.inc"
run 0 hw --on "2x RTX 3090" --ram 64GiB --json
cp "$scratch/out" "$scratch/machine.json"
run 0 hw --machine "$scratch/machine.json" --json
/usr/bin/python3 - "$scratch/machine.json" "$scratch/out" <<'EOF' || fail "the machine changed on the way"
import json, sys
a, b = (json.load(open(path))["machine"] for path in sys.argv[1:])
a.pop("origin"), b.pop("origin")
assert a == b
EOF
"$canirun" check llama-3.3-70b --on "2x RTX 3090" --ram 64GiB --json >"$scratch/a" || true
"$canirun" check llama-3.3-70b --machine "$scratch/machine.json" --json >"$scratch/b" || true
/usr/bin/python3 - "$scratch/a" "$scratch/b" <<'EOF' || fail "another answer for the same machine"
import json, sys
a, b = (json.load(open(path)) for path in sys.argv[1:])
assert a["memory"] == b["memory"] and a["throughput"] == b["throughput"] and a["placement"] == b["placement"]
EOF
run 2 hw --machine "$scratch/none.json"
err_has "none.json"
sed 's/"pools"/"pols"/' "$scratch/machine.json" >"$scratch/broken.json"
run 2 hw --machine "$scratch/broken.json"
err_has "broken.json"
err_has "/machine/pols"
echo '{' >"$scratch/broken.json"
run 2 hw --machine "$scratch/broken.json"
err_has "byte"
