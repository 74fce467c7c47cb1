"""What the program writes about itself: completion in real shells, manual pages for a real linter, and a word for whoever mistypes."""

import re
import subprocess

import pytest
from taleus import USAGE, taleus
from tools import tool


def run(*command, text=""):
    ended = subprocess.run(command, input=text, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended
    return ended.stdout


def script(tmp_path, shell):
    path = tmp_path / ("_taleus" if shell == "zsh" else f"taleus.{shell}")
    path.write_text(taleus("completion", shell).out)
    return path


WORDS = [("taleus ", {"init", "serve", "invite", "join", "completion"}), ("taleus invite ", {"create", "list", "show", "revoke", "--home"}),
         ("taleus invite create --role ", {"stock", "foil"}), ("taleus --home x invite create --identity ", {"any", "bound", "proof", "external"}),
         ("taleus completion ", {"bash", "zsh", "fish"}), ("taleus invite create --r", {"--role"})]


@pytest.mark.parametrize("line, wanted", WORDS)
def test_bash_completes(tmp_path, line, wanted):
    words = line.split(" ")
    given = " ".join(f"'{word}'" for word in words)
    out = run("bash", "-c", f"source {script(tmp_path, 'bash')}; COMP_WORDS=({given}); COMP_CWORD={len(words) - 1}; _taleus; printf '%s\\n' \"${{COMPREPLY[@]}}\"")
    found = set(out.split())
    assert wanted <= found, found
    assert len(wanted) > 1 or found == wanted


@pytest.mark.parametrize("line, wanted", WORDS)
def test_fish_completes(tmp_path, line, wanted):
    tool("fish", "fish")
    source = script(tmp_path, "fish")
    found = {row.split("\t")[0] for row in run("fish", "-c", f"source {source}; complete -C '{line}'").splitlines()}
    options = {word for word in wanted if word.startswith("-")} if not line.endswith("--r") else set()
    assert wanted - options <= found, found  # fish offers options once a dash is typed


def test_zsh_takes_its_script(tmp_path):
    """Its completion needs a terminal; that the script parses and registers is what can be seen without one."""
    tool("zsh", "zsh")
    path = script(tmp_path, "zsh")
    run("zsh", "-n", path)
    out = run("zsh", "-f", "-c", f"autoload -Uz compinit; compinit -u -D; fpath=({tmp_path} $fpath); autoload -Uz _taleus; source {path}; print $_comps[taleus]")
    assert out.strip() == "_taleus"


# An option, and whether the shell completes what follows it by the names of files.
FILES = [("taleus --home ", True), ("taleus audit show --home ", True), ("taleus invite create --out ", True), ("taleus audit show --store ", True),
         ("taleus audit verify --receipts ", True), ("taleus audit verify --since ", True), ("taleus audit show --since ", False),
         ("taleus invite create --label ", False)]


@pytest.fixture
def here(tmp_path):
    """A folder with one file, `evidence`."""
    (tmp_path / "here").mkdir()
    (tmp_path / "here/evidence").write_text("")
    return tmp_path / "here"


@pytest.mark.parametrize("line, is_file", FILES)
def test_bash_completes_names_of_files(tmp_path, here, line, is_file):
    words = line.split(" ")
    given = " ".join(f"'{word}'" for word in words)
    out = run("bash", "-c", f"source {script(tmp_path, 'bash')}; cd {here}; COMP_WORDS=({given}); COMP_CWORD={len(words) - 1}; _taleus; "
                            "printf '%s\\n' \"${COMPREPLY[@]}\"")
    assert out.split() == (["evidence"] if is_file else [])


@pytest.mark.parametrize("line, is_file", FILES)
def test_fish_completes_names_of_files(tmp_path, here, line, is_file):
    """Found in review: not those that `audit` takes."""
    tool("fish", "fish")
    out = run("fish", "-c", f"source {script(tmp_path, 'fish')}; cd {here}; complete -C '{line}'; true")
    assert out.split() == (["evidence"] if is_file else [])


@pytest.mark.parametrize("line, is_file", FILES)
def test_zsh_completes_names_of_files(tmp_path, here, line, is_file):
    """Without a terminal: its function is called with what a terminal would have set, and says when it would ask for files."""
    tool("zsh", "zsh")
    words = line.split(" ")
    given = " ".join(f"'{word}'" for word in words)
    out = run("zsh", "-f", "-c", f"compdef() {{ : }}; _describe() {{ : }}; _files() {{ print files }}; source {script(tmp_path, 'zsh')}; "
                                 f"words=({given}); CURRENT={len(words)}; _taleus; true")
    assert out.split() == (["files"] if is_file else [])


def test_every_command_has_a_page_that_the_linter_accepts(tmp_path):
    tool("mandoc", "mandoc")
    told = taleus("manual", "--out", tmp_path / "man1", "--json").result
    pages = sorted((tmp_path / "man1").iterdir())
    assert len(pages) == told["pages"] > 20
    assert {"taleus.1", "taleus-serve.1", "taleus-invite-create.1"} <= {page.name for page in pages}
    found = subprocess.run(["mandoc", "-Tlint", "-W", "warning", *pages], capture_output=True, text=True)
    assert found.returncode == 0, found.stdout
    shown = run("mandoc", "-Tutf8", tmp_path / "man1/taleus-invite-create.1")
    plain = re.sub(".\x08", "", shown)  # bold is a letter struck twice
    for word in ("--uses", "--expires", "stock|foil", "EXIT STATUS", "taleus-invite(1)"):
        assert word in plain, plain


def test_a_page_that_cannot_be_written_is_an_error(tmp_path):
    (tmp_path / "file").write_text("in the way")
    told = taleus("manual", "--out", tmp_path / "file", code=1)
    assert "could not be written" in told.err


@pytest.mark.parametrize("typed, meant", [(["sreve"], "serve"), (["invite", "crate"], "create"), (["tally", "lits"], "list")])
def test_a_mistyped_word_is_answered_with_the_near_one(typed, meant):
    told = taleus(*typed, code=USAGE)
    assert f"did you mean {meant}?" in told.err, told


def test_a_word_that_is_like_nothing_gets_no_guess():
    assert "did you mean" not in taleus("xyzzyplugh", code=USAGE).err


def test_the_version_is_told():
    assert re.fullmatch(r"taleus \d+\.\d+\.\d+\n", taleus("--version").out)
