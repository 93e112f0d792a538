#!/usr/bin/env python3
"""Sums the trx files of a test run: the skipped tests by reason, then `N passed, N failed, N skipped`.

Exit code 1 when a test failed, or when no test ran at all.
"""
import collections
import pathlib
import sys
import xml.etree.ElementTree as xml

SPACE = "{http://microsoft.com/schemas/VisualStudio/TeamTest/2010}"
outcomes, reasons = collections.Counter(), collections.Counter()
for file in sorted(pathlib.Path(sys.argv[1]).rglob("*.trx")):
    for result in xml.parse(file).iter(SPACE + "UnitTestResult"):
        outcome = result.get("outcome")
        kind = {"Passed": "passed", "NotExecuted": "skipped"}.get(outcome, "failed")
        outcomes[kind] += 1
        if kind == "skipped":
            text = " ".join(part.strip() for part in result.itertext() if part.strip())
            reasons[text or "no reason given"] += 1
        if kind == "failed":
            print(f"failed: {result.get('testName')}")

shared = sum(count for reason, count in reasons.items() if reason.startswith("Needs shared data:"))
for reason, count in sorted(reasons.items()):
    print(f"skipped {count}: {reason}")
if shared:
    print(f"{shared} of the skipped tests need data that is not part of the checkout.")
print(f"{outcomes['passed']} passed, {outcomes['failed']} failed, {outcomes['skipped']} skipped")
sys.exit(1 if outcomes["failed"] or not outcomes["passed"] else 0)
