#!/usr/bin/env python3
"""Makes canonical.json: values and their RFC 8785 form by the package rfc8785, for `vectors/canonical.rs`.

Anshi canonicalises what I-JSON can carry (RFC 7493) and so first leaves absent members out and writes integers beyond
2^53 - 1 as strings; `tamed` says that again here. No fractions: Anshi has none. The library is that of
tests/foreign/requirements.txt.
"""

import hashlib
import json
from importlib.metadata import version
from pathlib import Path

import rfc8785

# RFC 8785 itself: 3.2.3 (sorting by UTF-16 code units) and the strings of 3.2.2.
RFC = [
    ('{"\\u20ac":"Euro Sign","\\r":"Carriage Return","\\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One",'
     '"\\ud83d\\ude00":"Emoji: Grinning Face","\\u0080":"Control","\\u00f6":"Latin Small Letter O With Diaeresis"}',
     '{"\\r":"Carriage Return","1":"One","\u0080":"Control","ö":"Latin Small Letter O With Diaeresis",'
     '"€":"Euro Sign","\U0001f600":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}'),
    ('{"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
     '{"literals":[null,true,false],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'),
]
INPUTS = [
    "{}", "[]", '""', "0", "-0", "true", "null", "[null]", '{"a":null}', '{"b":{"a":null},"a":[{"c":null,"b":1}]}',
    ' { "b" : 1 , "a" : [ 1 , 2 , { "d" : "x" , "c" : -5 } ] } ',
    '{"10":1,"9":2,"1":3,"":4," ":5,"A":6,"a":7,"_":8,"é":9,"z":10}',
    '{"统一社会信用代码":"91371400MA3C","名称":"德州","purpose":"sme-lending","用途":{"贷":1,"A":2}}',
    '{"\\ud834\\udd1e":"G clef","\\uffff":"last","\\ue000":"private","\\ud7ff":"before the surrogates"}',
    '{"e\\u0301":"decomposed","\\u00e9":"composed"}',  # not normalised: RFC 8785, 3.1
    json.dumps("".join(map(chr, range(0x00, 0x30)))), json.dumps("".join(map(chr, range(0x7E, 0xA2)))),
    '"\\u2028\\u2029\\u200b\\ufeff\\ufffd"', '"\\/<>&\'"', '"\U0001f600\U0002000b"',
    "[9007199254740991,-9007199254740991,1,-1,10000000000000000,123456789012345]",
    "[9007199254740992,-9007199254740992,9007199254740993,-9007199254740993]",
    "[9223372036854775807,-9223372036854775808,18446744073709551615]",
    '[[[[[[[[{"z":[{"y":[{}]}]}]]]]]]]]', '{"a":{"b":{"c":{"d":{"f":1,"e":[]}}}}}',
]


def tamed(value):
    if isinstance(value, dict):
        return {name: tamed(member) for name, member in value.items() if member is not None}
    if isinstance(value, list):
        return [tamed(item) for item in value]
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 2**53 - 1:
        return str(value)
    return value


def main():
    for text, canonical in RFC:
        assert rfc8785.dumps(json.loads(text)).decode() == canonical, "the package is not RFC 8785's"
    cases = []
    for text in [text for text, _ in RFC] + INPUTS:
        canonical = rfc8785.dumps(tamed(json.loads(text)))
        digest = hashlib.sha256(b"anshi/claims/v1\n" + canonical).hexdigest()
        cases.append({"input": text, "canonical": canonical.decode(), "claims_digest": f"sha256:{digest}"})
    made = {"made_by": {"rfc8785": version("rfc8785")}, "cases": cases}
    Path(__file__).with_name("canonical.json").write_text(json.dumps(made, indent=1) + "\n")
    print(f"{len(cases)} cases")


if __name__ == "__main__":
    main()
