"""The running service under schemathesis: TLS and certificates on, every verb of its own OpenAPI document.

Rule: whatever is sent, an answer is of the documented kind and JSON, nobody meets a defect, and the service goes on.
"""

import http.client
import json
import ssl
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siteproof.cli import remote
from siteproof.model.nouns.problem import ExitCode
from siteproof.reference.service import control, https_api, serving
from siteproof.reference.service.openapi import ANSWERS, document
from siteproof.reference.service.service import Service
from siteproof.reference.service.state_directory import initialise

EXAMPLES = 40  # of each verb and role
ENDING = ("appliance.stop",)  # asked for, they would end what is tested


@pytest.fixture
def served(tmp_path: Path) -> Iterator[https_api.HttpsServer]:
    """An appliance on a free port of this machine, with credentials of an operator and a reader beside it."""
    initialise(tmp_path / "state")
    (tmp_path / "disk.img").write_bytes(b"block" * 5000)
    with Service(tmp_path / "state") as service, serving.serving(service, https_address="127.0.0.1:0") as opened:
        assert opened.https is not None
        for role in ("operator", "reader"):
            code = control.ask(tmp_path / "state", "access.invite", {"name": role, "role": role})["code"]
            remote.register(opened.https.url, code, opened.https.fingerprint, tmp_path / role)
        yield opened.https


def sent(server: https_api.HttpsServer, path: str, body: Any, client: Path | None) -> tuple[int, bytes]:
    """One request over TLS, with a certificate or without."""
    context = ssl.create_default_context(cadata=server.access.authority.pem)
    if client is not None:
        context.load_cert_chain(client / "client.pem")
    host, port = server.server_address[:2]
    link = http.client.HTTPSConnection(str(host), int(port), timeout=30, context=context)
    try:
        link.request("POST", path, body if isinstance(body, bytes) else json.dumps(body).encode())
        reply = link.getresponse()
        return reply.status, reply.read()
    finally:
        link.close()


def judged(status: int, body: bytes) -> None:
    """A documented status, its key alone, and no defect of ours."""
    said = json.loads(body)
    assert str(status) in ANSWERS, status
    assert set(said) == {ANSWERS[str(status)][1]}, said
    if "problem" in said:
        assert said["problem"][3] != ExitCode.OUR_BUG, said


@pytest.mark.nightly
@pytest.mark.timeout(900)
@pytest.mark.parametrize("role", ["operator", "reader", ""])
def test_the_service_keeps_to_its_own_document(
    served: https_api.HttpsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, role: str
) -> None:
    """Bodies that fit the document and bodies that do not, by schemathesis, from three kinds of client."""
    schemathesis: Any = pytest.importorskip("schemathesis")
    monkeypatch.chdir(tmp_path)  # whatever a relative path means to a verb, it is here
    schema = schemathesis.openapi.from_dict(document())
    client = tmp_path / role if role else None
    for path in [each for each in document()["paths"] if not each.endswith(ENDING)]:
        for mode in (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE):
            _asked(schema[path]["POST"].as_strategy(generation_mode=mode), partial(sent, served, path, client=client))
    assert sent(served, "/v1/machine.list", {}, tmp_path / "reader")[0] == 200, "the service goes on"


def _asked(strategy: Any, send: Callable[[Any], tuple[int, bytes]]) -> None:
    """Every body that is drawn, sent and judged; what is no JSON value is sent as none."""

    @given(strategy)
    @settings(max_examples=EXAMPLES // 2, deadline=None, database=None, derandomize=True,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    def asks(case: Any) -> None:
        judged(*send(case.body if isinstance(case.body, bytes | dict | list | str | int | float | bool) else {}))

    asks()


@given(st.binary(max_size=60))
@settings(max_examples=8, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_a_judge_of_answers_rings(noise: bytes) -> None:
    """An undocumented status, another key, a defect of ours: each would be told."""
    for status, body in (
        (500, b"{}"),
        (200, b'{"problem": ["a", "b", "c", 2]}'),
        (400, b'{"problem": ["a", "b", "c", 4]}'),
    ):
        with pytest.raises(AssertionError):
            judged(status, body)
    judged(200, json.dumps({"answer": noise.hex()}).encode())
