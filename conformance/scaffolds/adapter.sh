#!/bin/sh
# A first adapter: a machine's disks are copied at once, changes when asked to, and a copy is kept every five minutes.
# Replace what happens in the functions by calls to your product, and declare more capabilities as you go.
# One JSON object per line comes in on stdin, one goes out on stdout: siteproof adapter guide. Needs jq and coreutils.
set -u
root=$(mktemp -d) || exit 1
trap 'rm -rf "$root"' EXIT && trap 'exit 0' INT TERM HUP
block_bytes=4096
now=0 # milliseconds

# jq reads every request and prints one line of shell words: id, call, machine (as a path, as JSON), then its own.
words='
  def path: "m-" + (. | @uri);
  def disk: "d-" + (. | @uri);
  .args as $a | ($a.machine // $a.address.machine // $a.command.machine // "") as $m
  | [.id, .op, ($m | path), ($m | tojson)] + (
    if .op == "reset" then
      [$a.scenario.start_ms // 1767603600000, ($a.scenario.policy.crash_consistent_minutes // 5)]
      + [$a.scenario.machines[] | .name as $n | .disks[]
         | ($n | path), (.name | disk), (.name | tojson), .blocks, (.image // "")]
    elif .op == "write" then [($a.address.disk | disk), $a.address.place // "active"] + [[$a.writes[].data] | add] + [$a.writes[].block]
    elif .op == "read" then [($a.address.disk | disk), $a.address.place // "active"]
    elif .op == "do" then [$a.command.verb]
    elif .op == "restore" then [$a.point | @uri]
    elif .op == "advance" then [$a.milliseconds]
    elif .op == "fault" then [$a.fault.kind]
    else [] end) | @sh'

ok() { printf '{"id":%s,"ok":%s}\n' "$id" "$1"; }
error() { printf '{"id":%s,"error":{"kind":"%s","code":"%s","message":"%s"}}\n' "$id" "$1" "$2" "$3"; }

reset() {
  rm -rf "$root"/m-*
  now=$1 interval=$(($2 * 60000))
  shift 2
  while [ $# -gt 0 ]; do
    mkdir -p "$root/$1/disks" "$root/$1/names"
    printf '%s\n' "$3" >"$root/$1/names/$2"
    : >"$root/$1/disks/$2"
    [ -n "$5" ] && cat "$5" >"$root/$1/disks/$2"
    truncate -s $(($4 * block_bytes)) "$root/$1/disks/$2"
    shift 5
  done
  ok null
}

write_disk() { # the judge sends the bytes: "data": "inline" below
  file=$root/$machine/disks/$1 number=0
  printf %s "$3" | base64 -d >"$root/blocks"
  shift 3
  for block in "$@"; do
    dd if="$root/blocks" of="$file" bs=$block_bytes skip=$number seek="$block" count=1 conv=notrunc status=none
    number=$((number + 1))
  done
  ok null
}

# The images of one folder's disks, as raw files which the judge reads itself.
images() {
  separator=
  for disk in $(ls "$1"); do
    printf '%s{"disk":%s,"kind":"path","location":"%s"}' "$separator" "$(cat "$root/$machine/names/$disk")" "$1/$disk"
    separator=,
  done
}

read_disk() {
  name=$(cat "$root/$machine/names/$1")
  ok "{\"disk\":$name,\"kind\":\"path\",\"location\":\"$root/$machine/disks/$1\"}"
}

replicate() { # of machine $1: a new copy, because points may stand on the old one
  here=$root/$1 copy=$(($(cat "$root/$1/copies") + 1))
  cp -r --sparse=always "$here/disks" "$here/copy-$copy"
  echo "$copy" >"$here/copies"
  echo "$now" >"$here/replicated"
}

keep_point() {
  replicate "$1"
  name=point-$copy
  ln -s "$here/copy-$copy" "$here/points/$name"
  printf '{"name":"%s","consistency":"crash","taken_at_ms":%s,"sequence":%s}\n' "$name" "$now" "$copy" >>"$here/list"
  echo $((now + interval)) >"$here/next"
}

allowed() { if [ -d "$root/$machine/points" ]; then echo disable; else echo enable; fi; }

do_command() {
  [ "$1" = "$(allowed)" ] || { ok '{"refused":{"code":"OperationNotAllowed"}}' && return; }
  rm -rf "$root/$machine"/copy-* "$root/$machine/points" "$root/$machine/list" "$root/$machine/next"
  if [ "$1" = enable ]; then
    mkdir "$root/$machine/points"
    [ -f "$root/$machine/copies" ] || echo 0 >"$root/$machine/copies"
    keep_point "$machine"
  fi
  ok '{"accepted":{"job":"job"}}'
}

observe() {
  protection=unprotected points= rpo=null here=$root/$machine
  if [ -d "$here/points" ]; then
    protection=protected points=$(paste -sd, "$here/list") rpo=$((now - $(cat "$here/replicated")))
  fi
  ok "{\"machine\":$json,\"time_ms\":$now,\"regions\":{\"protection\":\"$protection\"},\"allowed\":[\"$(allowed)\"]\
,\"points\":[$points],\"rpo_ms\":$rpo}"
}

restore() {
  folder=$root/$machine/points/$1
  if [ -d "$folder" ]; then ok "[$(images "$folder")]"; else error refused RecoveryPointUnavailable "no such point"; fi
}

advance() {
  end=$((now + $1))
  while due=$(sort -n "$root"/m-*/next 2>/dev/null | head -n 1) && [ -n "$due" ] && [ "$due" -le "$end" ]; do
    now=$due
    for next in "$root"/m-*/next; do
      if [ "$(cat "$next")" -eq "$now" ]; then keep_point "$(basename "$(dirname "$next")")"; fi
    done
  done
  now=$end
  ok null
}

settle() {
  for next in "$root"/m-*/next; do
    [ -f "$next" ] && replicate "$(basename "$(dirname "$next")")"
  done
  ok null
}

jq --unbuffered -r "$words" | while IFS= read -r line; do
  eval "set -- $line"
  id=$1 op=$2 machine=$3 json=$4
  shift 4
  case $op in
    describe)
      ok '{"name":"my product","version":"0.1","ours":true,"data":"inline","capabilities":{"delta":"product",'\
'"initial_replication":"product","crash_points":"product","older_points":"product","virtual_clock":"product"}}' ;;
    read | write) case $2 in active | primary) "${op}_disk" "$@" ;; *) error unsupported "" "no machine at $2" ;; esac ;;
    reset | restore | advance | settle | observe) "$op" "$@" ;;
    do) do_command "$@" ;;
    flush) ok null ;;
    close) ok null && exit 0 ;;
    *) error unsupported "" "$op $*" ;;
  esac
done
