"""Prints what the linter found in the OpenAPI document, as JSON. A warning fails like an error."""

import json
import sys

found = json.load(sys.stdin)["problems"]
for problem in found:
    place = problem["location"][0].get("pointer", "")
    print(f"{problem['severity']} {problem['ruleId']} {place}: {problem['message']}")
sys.exit(1 if found else 0)
