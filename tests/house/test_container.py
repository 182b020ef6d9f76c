"""The container file keeps the rules of such files; it is read here and built, at night, where a builder exists."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "Containerfile").read_text()


def instructions(text: str) -> list[tuple[str, str]]:
    """Each instruction with its words, without comments and with its lines joined."""
    joined = re.sub(r"\\\n\s*", "", "\n".join(line for line in text.splitlines() if not line.startswith("#")))
    return [(line.split(" ", 1)[0], line.split(" ", 1)[1]) for line in joined.splitlines() if line.strip()]


def mistakes(found: Iterable[tuple[str, str]]) -> list[str]:
    """What a careful reader would object to."""
    known = list(found)
    told = [f"{words}: no tag, or one that moves" for kind, words in known if kind == "FROM" and not tagged(words)]
    told += ["ADD fetches and unpacks: use COPY"] * any(kind == "ADD" for kind, _ in known)
    told += [f"{words}: no absolute path" for kind, words in known if kind == "WORKDIR" and not words.startswith("/")]
    users = [words for kind, words in known if kind == "USER"]
    told += [] if users and users[-1] not in {"root", "0"} else ["it runs as root"]
    told += [
        f"{kind} is no list of words" for kind, words in known if kind in {"ENTRYPOINT", "CMD"} and words[0] != "["
    ]
    pip = [words for kind, words in known if kind == "RUN" and "pip install" in words]
    told += [f"{words}: keeps a cache" for words in pip if words.count("--no-cache-dir") < words.count("pip install")]
    told += [f"{words}: nothing is checked" for words in pip if "-r " in words and "--require-hashes" not in words]
    return told


def tagged(words: str) -> bool:
    """Whether a base is named with a tag that stays."""
    name = words.split(maxsplit=1)[0]
    return ":" in name and not name.endswith(":latest")


def test_the_container_file_is_as_it_should_be() -> None:
    """Bases have tags, nothing runs as root, packages are checked, and the program is what is started."""
    assert mistakes(instructions(TEXT)) == []
    (entry,) = [words for kind, words in instructions(TEXT) if kind == "ENTRYPOINT"]
    assert json.loads(entry) == ["siteproof"]


def test_what_it_copies_is_there() -> None:
    """Every file that is copied from the checkout exists."""
    copied = [words.split()[:-1] for kind, words in instructions(TEXT) if kind == "COPY" and "--from" not in words]
    assert all((ROOT / name).exists() for names in copied for name in names)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("python:3.11-slim-bookworm\nCOPY", "python:latest\nCOPY"),
        ("USER siteproof\n", ""),
        ('ENTRYPOINT ["siteproof"]', "ENTRYPOINT siteproof"),
        ("--require-hashes -r /tmp", "-r /tmp"),
        ("COPY . .", "ADD . ."),
    ],
)
def test_a_mistake_is_found(old: str, new: str) -> None:
    """Each rule objects to the file without what it asks for."""
    assert old in TEXT
    assert mistakes(instructions(TEXT.replace(old, new))) != []


def test_no_folder_that_is_made_here_goes_into_the_image() -> None:
    """What git ignores is not copied either, nor is the history."""
    left_out = set((ROOT / ".dockerignore").read_text().splitlines())
    ignored = {
        line for line in (ROOT / ".gitignore").read_text().splitlines() if line.endswith("/") and "*" not in line
    }
    assert {".git/", *ignored} - {"__pycache__/"} <= left_out


def builder() -> str | None:
    """A program that can build here: it is installed, and what it needs answers."""
    found = [name for name in ("podman", "buildah", "docker") if shutil.which(name)]
    return next((name for name in found if not _ended([name, "info"])), None)


def _ended(command: list[str]) -> int:
    return subprocess.run(command, check=False, capture_output=True).returncode


@pytest.mark.nightly
@pytest.mark.timeout(1800)
def test_it_is_built_where_it_can_be() -> None:
    """The image is made, and its program tells its version."""
    by = builder()
    if by is None:
        pytest.skip("no podman, buildah or docker answers on this machine: the container file is read only")
    verb = ["bud"] if by == "buildah" else ["build"]
    subprocess.run([by, *verb, "-f", "Containerfile", "-t", "siteproof-test", str(ROOT)], cwd=ROOT, check=True)
    if by != "buildah":
        told = subprocess.run([by, "run", "--rm", "siteproof-test", "--version"], capture_output=True, check=True)
        assert b"siteproof" in told.stdout
