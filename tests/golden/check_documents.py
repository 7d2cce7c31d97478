#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks JSON documents against data/schema/.

usage: check_documents.py SCHEMA_FOLDER FILE...      a file holds one document, or one a line

The schemas are open, because documents of a version may gain keys. Here they are closed first: a key that no schema
knows is an error, so that nothing is written that is not described.
"""
import json
import pathlib
import sys

import jsonschema


def close(schema):
    """The same schema, but objects whose properties are listed take no others (unless they say that they do)."""
    if isinstance(schema, dict):
        closed = {key: close(value) for key, value in schema.items()}
        if isinstance(schema.get("properties"), dict) and "type" in schema:
            closed.setdefault("additionalProperties", False)
        return closed
    return [close(item) for item in schema] if isinstance(schema, list) else schema


def documents(path):
    text = pathlib.Path(path).read_text(encoding="utf-8")
    try:
        return [json.loads(text)]
    except json.JSONDecodeError:
        return [json.loads(line) for line in text.splitlines() if line.strip()]


def main():
    folder, files = pathlib.Path(sys.argv[1]), sys.argv[2:]
    schemas = {path.name: close(json.loads(path.read_text(encoding="utf-8"))) for path in folder.glob("*.schema.json")}
    for schema in schemas.values():
        jsonschema.Draft202012Validator.check_schema(schema)
    wrong = checked = 0
    for path in files:
        for document in documents(path):
            name = document["schema"].removeprefix("canirun/") + ".schema.json"
            if document["schema_version"] != 1 or name not in schemas:
                sys.exit(f"{path}: no schema for {document['schema']} version {document['schema_version']}")
            resolver = jsonschema.RefResolver(base_uri=name, referrer=schemas[name], store=schemas)
            checked += 1
            for error in jsonschema.Draft202012Validator(schemas[name], resolver=resolver).iter_errors(document):
                wrong += 1
                print(f"{path}: /{'/'.join(map(str, error.absolute_path))}: {error.message[:300]}")
    print(f"{checked} documents, {wrong} errors")
    sys.exit(1 if wrong or not checked else 0)


if __name__ == "__main__":
    main()
