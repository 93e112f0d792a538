#!/bin/sh
# Leaves word in the cluster's bucket when EC2 announces that it takes this machine, or recommends to move away from it.
# Plain sh and curl. Each thing is said once; the words are those of the metadata service. Needs HYBRIDLLM_NOTICE_URL and
# HYBRIDLLM_REBALANCE_URL, two presigned PUTs. HYBRIDLLM_IMDS and HYBRIDLLM_EVERY point a rehearsal elsewhere.
set -u
umask 077
imds=${HYBRIDLLM_IMDS:-http://169.254.169.254}
every=${HYBRIDLLM_EVERY:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
token=
ask() { # ask PATH NAME: whether there is such a thing; its text lands in a file of that name
  code=$(curl -sS -m 5 -o "$work/$2" -w '%{http_code}' -H "X-aws-ec2-metadata-token: $token" "$imds/latest/meta-data/$1") || code=000
  case $code in
    200) return 0 ;;
    401) token= ;; # run out; the next round gets another
  esac
  return 1
}
tell() { # tell NAME URL
  [ ! -e "$work/$1.told" ] || return 0
  code=$(curl -sS -m 20 -o /dev/null -w '%{http_code}' -H 'If-None-Match: *' -T "$work/$1" "$2") || code=000
  case $code in
    200 | 412) : > "$work/$1.told"; echo "hybridllm: told of the $1" >&2 ;; # 412: it is there already
    *) echo "hybridllm: telling of the $1 was answered $code" >&2 ;;
  esac
}
while :; do
  [ -n "$token" ] ||
    token=$(curl -fsS -m 5 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 21600' "$imds/latest/api/token") || token=
  if [ -n "$token" ]; then
    ask spot/instance-action notice && tell notice "$HYBRIDLLM_NOTICE_URL"
    ask events/recommendations/rebalance rebalance && tell rebalance "$HYBRIDLLM_REBALANCE_URL"
  fi
  [ ! -e "$work/notice.told" ] || exit 0
  sleep "$every"
done
