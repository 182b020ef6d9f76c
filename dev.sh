#!/bin/sh
# sh dev.sh run|test|lint|docs|bench|nightly|weekly — needs only python3.11, pip and git; everything else comes into .venv
set -eu
cd "$(dirname "$0")"
PY=${PYTHON:-python3}

set_up() {
  want=$(cat requirements.lock pyproject.toml | cksum)
  [ "$(cat .venv/.lock 2>/dev/null || true)" = "$want" ] && return
  echo "first run: installing pinned packages into .venv (about 30 s)"
  "$PY" -m venv --without-pip .venv
  "$PY" -m pip --python .venv/bin/python install -q --disable-pip-version-check --root-user-action ignore --require-hashes -r requirements.lock
  "$PY" -m pip --python .venv/bin/python install -q --disable-pip-version-check --root-user-action ignore --no-deps --no-build-isolation -e .
  echo "$want" > .venv/.lock
}

# Temporary files of the tests: a folder of their own, so that runs beside each other do not sweep each other's.
tests() {
  PYTEST_DEBUG_TEMPROOT=$(mktemp -d)
  export PYTEST_DEBUG_TEMPROOT
  trap 'rm -rf "$PYTEST_DEBUG_TEMPROOT"' EXIT
  trap 'exit 130' INT TERM
  .venv/bin/python -m pytest "$@"
}

lint() {
  .venv/bin/ruff check .
  .venv/bin/ruff format --check .
  .venv/bin/mypy
  .venv/bin/lint-imports
}

# The peers that the initial copy is measured against; without them their rows are left out, with a printed note.
peers() {
  command -v restic >/dev/null && command -v borg >/dev/null && return
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 0
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq restic borgbackup e2fsprogs >/dev/null || true
}

# The products of others that only the night judges; without them their tests are skipped, with the packages' names.
products() {
  command -v ceph-osd >/dev/null && command -v restic >/dev/null && command -v borg >/dev/null && command -v btrbk >/dev/null && return
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 0
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends ceph-mon ceph-osd \
    rbd-mirror ceph-common python3-rbd python3-rados iproute2 restic borgbackup faketime btrbk btrfs-progs postgresql-15 >/dev/null || true
}

# What only the night checks wheel and sdist with; without it its test is skipped, with the package's name.
tools() {
  [ -x .venv/tools/bin/twine ] && return
  "$PY" -m venv --without-pip .venv/tools
  "$PY" -m pip --python .venv/tools/bin/python install -q --disable-pip-version-check --root-user-action ignore twine || true
}

verb=${1:-run}
[ $# -gt 0 ] && shift
set_up
case $verb in
  run) exec .venv/bin/siteproof run "$@" ;;
  test)
    lint # not in a chain of &&: there `set -e` would let all but its last command fail
    .venv/bin/siteproof spec build --check
    tests -n 2 --dist worksteal -m "not nightly" "$@"
    ;;
  lint) lint ;;
  docs)
    .venv/bin/siteproof spec build "$@"
    .venv/bin/siteproof site ;; # out/site
  bench) peers; exec .venv/bin/python -m benchmarks "$@" ;;
  nightly|weekly)
    products
    tools
    .venv/bin/python -m siteproof.fuzz.night_process "$verb" "out/$verb" "$(git rev-parse HEAD 2>/dev/null || echo 0)" ;; # report.markdown
  *) echo "usage: sh dev.sh run|test|lint|docs|bench|nightly|weekly" >&2; exit 2 ;;
esac
