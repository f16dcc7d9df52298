"""No password of any world reaches anything that is printed, stored or drawn."""

from __future__ import annotations

import base64
import io
import json
from urllib.parse import quote

import pytest
from conformance_runner import Case, cases, passwords_of, perform

from explorer.headless.faces import Output, tell

SECRETIVE = [case for case in cases() if passwords_of(case)]


@pytest.mark.parametrize("case", SECRETIVE, ids=str)
def test_no_output_contains_a_password(case: Case) -> None:
    told = perform(case)
    outputs = {"repr of the events": repr(told.events), "document": json.dumps(told.document)}
    for face in ("json", "events", "plain"):
        out, err, record = io.StringIO(), io.StringIO(), io.BytesIO()
        tell(told.events, Output(face, out, err, record))  # type: ignore[arg-type]
        outputs |= {
            face: out.getvalue(),
            f"messages of {face}": err.getvalue(),
            "recording": record.getvalue().decode(),
        }
    for password in passwords_of(case):
        for written in (password, quote(password, safe=""), base64.b64encode(f"alice:{password}".encode()).decode()):
            for name, text in outputs.items():
                assert written not in text, f"{name} contains {written!r}"
