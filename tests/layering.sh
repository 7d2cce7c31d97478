#!/bin/sh
# Each room of src/ includes only what its arrow allows (src/README.md), and the core stays pure. $1: source directory.
set -u
cd "$1" || exit 1
status=0
list=$(mktemp)
trap 'rm -f "$list"' EXIT

# room: rooms whose headers it may include
allowed() {
  case $1 in
    core) echo core ;;
    json) echo json ;;
    catalog) echo "catalog json" ;;
    probe) echo "probe json" ;;
    report) echo "report json" ;;
    bench) echo "bench probe json" ;;
    usage) echo usage ;;
    update) echo "update json" ;;
    formats) echo "formats json" ;;
    store) echo "store formats json" ;;
    net) echo "net formats json" ;;
    cli) echo "cli report probe catalog net store formats bench usage update json" ;;
    *) echo "?" ;;
  esac
}

for folder in src/*/; do
  room=$(basename "$folder")
  ok=$(allowed "$room")
  if [ "$ok" = "?" ]; then
    echo "layering: room src/$room is not in tests/layering.sh; say what it may include"
    status=1
    continue
  fi
  grep -rhoE '^#include "[a-z_]+/' "src/$room" | sed 's/.*"//; s,/,,' | sort -u >"$list"
  while read -r used; do
    case " $ok " in *" $used "*) ;; *)
      echo "layering: src/$room must not include $used/:"
      grep -rnE "^#include \"$used/" "src/$room"
      status=1 ;;
    esac
  done <"$list"
done

# The vocabulary and the core: no file, clock, environment, thread, JSON or terminal.
impure='<(fstream|iostream|filesystem|chrono|thread|mutex|atomic|future|cstdio|stdio.h|ctime|unistd.h|nlohmann|CLI|hwloc)'
if grep -rnE "^#include $impure" include src/core --include=*.hpp --include=*.cpp; then
  echo "layering: the core is pure; the lines above are not"
  status=1
fi
if grep -rnE '\b(getenv|printf|fopen|system)\(' include src/core --include=*.hpp --include=*.cpp; then
  echo "layering: the core is pure; the lines above are not"
  status=1
fi

# Expensive headers stay where they are.
if grep -rlE '^#include <CLI/' src | grep -v '^src/cli/app\.cpp$'; then
  echo "layering: CLI11 belongs in src/cli/app.cpp only"
  status=1
fi
if grep -rlE '^#include <curl/' src | grep -v '^src/net/'; then
  echo "layering: libcurl belongs in src/net only"
  status=1
fi
# Bytes become models without knowing where they lie.
if grep -rnE '^#include <(fstream|filesystem|cstdio|fcntl.h|unistd.h|sys/)' src/formats; then
  echo "layering: src/formats sees a ByteSource, never a file"
  status=1
fi
exit $status
