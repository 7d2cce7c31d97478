#!/bin/sh
# SPDX-License-Identifier: MIT
# Every file of data/ against its schema in data/schema/, and a broken copy that must not pass.
# usage: schema.sh BINARY SOURCE_DIR. A missing python3-jsonschema fails the test.
set -eu
source_dir=$2
python=/usr/bin/python3
[ -x "$python" ] || python=python3

"$python" - "$source_dir/data" <<'EOF'
import copy, json, pathlib, sys

try:
    import jsonschema
except ImportError:
    sys.exit("python3-jsonschema is not installed: .ci/setup installs it")

data = pathlib.Path(sys.argv[1])
validators, records, failures = {}, 0, []
files = sorted(p for p in data.rglob("*.json") if "schema" not in p.relative_to(data).parts[:1])
if not files:
    sys.exit("no data files below %s" % data)

for path in files:
    document = json.loads(path.read_text(encoding="utf-8"))
    kind = str(document.get("schema", "")).removeprefix("canirun/")
    if kind not in validators:
        schema_path = data / "schema" / (kind + ".schema.json")
        if not schema_path.is_file():
            failures.append("%s: no schema %s" % (path, schema_path))
            continue
        schema = json.loads(schema_path.read_text(encoding="utf-8"))
        schema.pop("$id", None)  # names the schema; references inside it are local
        checker = jsonschema.validators.validator_for(schema)
        checker.check_schema(schema)
        validators[kind] = checker(schema)
        # A schema that lets anything pass checks nothing: an unknown key and a missing id must fail.
        for spoil in (lambda record: record.update(no_such_key=1), lambda record: record.pop("id")):
            broken = copy.deepcopy(document)
            spoil(broken["records"][0])
            if validators[kind].is_valid(broken):
                failures.append("%s: lets a broken record pass" % schema_path)
    records += len(document["records"])
    for error in sorted(validators[kind].iter_errors(document), key=lambda e: list(map(str, e.absolute_path))):
        pointer = "/" + "/".join(map(str, error.absolute_path))
        failures.append("%s: %s: %s" % (path, pointer, error.message[:200]))

for failure in failures[:40]:
    print(failure)
print("%d files, %d records, %d failures" % (len(files), records, len(failures)))
sys.exit(1 if failures else 0)
EOF
