"""Programs of somebody else's, built against the installed library alone, bootstrap with js-libp2p."""

import json
import subprocess

import pytest
from embedding import built, built_in_c, installed, run
from peers import PeerListener, dial


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    return installed(tmp_path_factory.mktemp("installed"))


@pytest.fixture(scope="module", params=[built, built_in_c], ids=["C++", "C"])
def programs(request, prefix, tmp_path_factory):
    return request.param(prefix, tmp_path_factory.mktemp("consumer"), ["listener", "dialer"])


@pytest.mark.parametrize("role", ["stock", "foil"])
def test_a_program_answers_a_js_libp2p_listener(programs, tmp_path, role):
    with PeerListener("js3", "--role", role) as there:
        told = run(programs / "dialer", tmp_path / "bert", input=json.dumps(there.link(role))).split()
        there.wait("contact", token="token-of-the-peer")
        if role == "stock":
            assert there.wait("approved", token="token-of-the-peer")["tallyId"] == told[0]
        else:
            assert there.wait("acknowledged", tallyId=told[0])
        assert there.events("refused") == there.events("error") == []


@pytest.mark.parametrize("role", ["stock", "foil"])
def test_a_program_serves_a_js_libp2p_dialer(programs, tmp_path, role):
    with subprocess.Popen([programs / "listener", tmp_path / "anna", role], stdout=subprocess.PIPE, text=True) as listener:
        dialled = dial("js3", json.loads(listener.stdout.readline()))
        assert dialled.session["tallyId"]
        assert listener.wait(30) == 0
