"""One byte target under atheris, which follows the branches that inputs take: `python -m … TARGET RUNS SEED FOLDER`.

Rule: a process of its own, because libFuzzer never returns; FOLDER keeps what it has learned, and what has failed.
"""

import sys
from pathlib import Path


def main(name: str, runs: int, seed: int, folder: Path) -> None:
    """Never returns: the process ends with 0, or with another code when an input has failed."""
    import atheris  # noqa: PLC0415  (an extra)

    with atheris.instrument_imports(include=["siteproof.reference", "siteproof.conformance", "siteproof.model.advice"]):
        from siteproof.fuzz.bytes.run import TARGETS  # noqa: PLC0415  (it is instrumented while it is imported)

    target, corpus = TARGETS[name], folder / "corpus" / name.replace(" ", "-")
    corpus.mkdir(parents=True, exist_ok=True)
    for number, right in enumerate(target.seeds):
        (corpus / f"seed-{number}").write_bytes(right)
    options = [f"-runs={runs}", f"-seed={seed & 0x7FFFFFFF}", "-max_len=65536", "-rss_limit_mb=1024", "-timeout=30"]
    atheris.Setup([sys.argv[0], *options, f"-artifact_prefix={folder}/", str(corpus)], target.attempt)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
