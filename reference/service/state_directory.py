"""The state directory: what an appliance is made of between two starts (docs/service.md).

    STATE/lock · config.toml · keys/kek · vault/journal-*.log · vault/index.sqlite · cloud/ · site/ · exports/

Maintainers keep: nothing in it is readable by others; the key lies in a file of its own, so that it can lie elsewhere.
"""

import itertools
import os
import re
import secrets
import shutil
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec
from attrs import field, frozen

from siteproof.model.nouns.policy import ReplicationPolicy, check_policy
from siteproof.model.nouns.problem import Problem
from siteproof.reference.datapath.folder import FolderExecutor
from siteproof.reference.datapath.keys import KeyEncryptionKey
from siteproof.reference.service.image_store import ImageStore
from siteproof.reference.service.outbound import proxy_of
from siteproof.reference.service.vault_log import NAME, VaultLog
from siteproof.reference.service.webhook import check_webhook
from siteproof.reference.stores import Stores

CONFIG = """# What an operator may change while the appliance is stopped.
[policy]                       # what a machine gets that is protected without one
retention_minutes = 1440       # 0 to 15 days
app_consistent_minutes = 0     # 0: off, or 1 to 12 hours
rpo_threshold_minutes = 15

[notify]
webhook = ""                   # where every event is posted as JSON, e.g. "https://alarm.example/siteproof"
proxy = ""                     # an HTTP proxy without a password, e.g. "http://proxy.example:3128"
"""
KEY, NEXT_KEY = "keys/kek", "keys/kek.next"
_NUMBERED = re.compile(r"-(\d+)$")


@frozen
class Notify:
    """Who else hears of events, and by which way; empty means nobody, or no proxy."""

    webhook: str = ""
    proxy: str = ""


@frozen
class Config:
    """`config.toml`, checked."""

    policy: ReplicationPolicy = field(factory=ReplicationPolicy)
    notify: Notify = field(factory=Notify)


def initialise(root: Path) -> None:
    """Make a state directory with a new key and an empty vault; Problem when there is something already."""
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise Problem(f"{str(root)!r} is not empty", "a new appliance needs a new directory", "name another one")
    root.mkdir(parents=True, exist_ok=True)
    root.chmod(0o700)
    (root / "keys").mkdir(mode=0o700)
    _write_secret(root / KEY, secrets.token_hex(32) + "\n")
    store = FolderExecutor(root)
    VaultLog.create(store, key_of(root))
    store.close()
    (root / "config.toml").write_text(CONFIG, encoding="utf-8")


def _write_secret(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(handle, "w", encoding="ascii") as file:  # noqa: PTH123  (the mode has to be right from the beginning)
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def check(root: Path) -> Path:
    """The directory again; Problem when it is not the state of an appliance."""
    if not (root / NAME / "disk").is_file():
        hint = f"make one: siteproof appliance init --state {root}"
        raise Problem(f"there is no appliance in {str(root)!r}", "it has no vault", hint)
    return root


def key_of(root: Path) -> KeyEncryptionKey:
    """The key-encryption key of the directory; Problem when it is missing, or is being replaced."""
    if (root / NEXT_KEY).exists():
        hint = f"finish it: siteproof appliance rotate-key --state {root}"
        raise Problem("the key is being replaced", "that was interrupted, and some data keys have the new one", hint)
    return KeyEncryptionKey.from_file(root / KEY)


def config_of(root: Path) -> Config:
    """The configuration; Problem when it cannot be read."""
    try:
        text = tomllib.loads((root / "config.toml").read_text(encoding="utf-8"))
        config = msgspec.convert(text, Config, strict=True)
    except (OSError, tomllib.TOMLDecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise Problem("config.toml cannot be used", str(error), f"mend {root / 'config.toml'}") from error
    check_policy(config.policy)
    check_webhook(config.notify.webhook)
    proxy_of(config.notify.proxy)
    return config


class StateStores(Stores):
    """The stores of a service below its state directory; they stay."""

    def __init__(self, root: Path, images: Mapping[str, str]) -> None:
        """Take the lock and open the folders; `images` by the site's name of them."""
        super().__init__(root, durable=True, kek=key_of(root))
        self.site: ImageStore = ImageStore(root / "site", images)
        self.vault = FolderExecutor(root)
        self._count = itertools.count(1 + max(_numbers(root), default=0))

    def remove(self) -> None:
        """A state directory is nobody's to remove."""
        self.close()

    def close(self) -> None:
        """Close every handle and let go of the lock."""
        self.vault.close()
        super().close()

    def sweep(self, known: Iterable[str]) -> list[str]:
        """Remove replicas and machines that no vault knows: what was unfinished, or being removed, at a crash."""
        kept = set(known)
        found = []
        for store in (self.site, self.cloud):
            base = Path(store.path("x")).parent
            for folder in [*_folders(base, _NUMBERED), *_folders(base / "machines", _NUMBERED)]:
                name = folder.relative_to(base).as_posix()
                if name not in kept:
                    shutil.rmtree(folder, ignore_errors=True)
                    found.append(name)
        return found


def _folders(base: Path, pattern: re.Pattern[str]) -> list[Path]:
    if not base.is_dir():
        return []
    return sorted(each for each in base.iterdir() if each.is_dir() and pattern.search(each.name))


def _numbers(root: Path) -> Iterable[int]:
    for side in ("site", "cloud"):
        for base in (root / side, root / side / "machines"):
            for folder in _folders(base, _NUMBERED):
                match = _NUMBERED.search(folder.name)
                assert match is not None
                yield int(match[1])
    yield from (int(each.name) for each in (root / "exports").glob("*") if each.name.isdigit())
