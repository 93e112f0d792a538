# Boots one HybridLlm node from its user data alone. Nothing below this line varies from node to node.
# Plain sh and stock openssl, curl, tar. It makes its keys here, enrols through two presigned URLs, opens the sealed reply
# and lays the reply's file tree over the root. A node that cannot enrol powers itself off.
# HYBRIDLLM_ROOT and HYBRIDLLM_IMDS point a rehearsal at a scratch folder and at another metadata service.
set -euf
umask 077
root=${HYBRIDLLM_ROOT:-}
imds=${HYBRIDLLM_IMDS:-http://169.254.169.254}
home=$root/opt/hybridllm
run=$home/boot
mkdir -p "$run"

say() { echo "hybridllm: $*" >&2; }
power_off() { systemctl poweroff || shutdown -h now; }
report() { # report ok|failed WORDS: tells the controller, who may act on it but not trust it
  printf '%s\n' hybridllm-report-1 "$1 $2" > "$run/report"
  curl -sS -m 20 -o /dev/null -H 'If-None-Match: *' -T "$run/report" "$HYBRIDLLM_REPORT_URL" || say "the report did not arrive"
}
die() { trap - EXIT; say "$*; powering off"; report failed "$*"; power_off; exit 1; }
trap 'status=$?; [ "$status" = 0 ] || die "boot stopped with status $status"' EXIT
seconds() { date +%s; }

# 1. The dead-man's switch, before anything that can fail.
cat > "$home/deadman.sh" <<'DEADMAN'
#!/bin/sh
# Powers the machine off when its lease runs out. Arguments: boot deadline and last moment, Unix seconds.
# The lease is the instance tag hybridllm:lease-until; while it cannot be read, the last known time holds.
until=$1 last=$2 imds=${HYBRIDLLM_IMDS:-http://169.254.169.254}
lease() {
  token=$(curl -fsS -m 5 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' "$imds/latest/api/token") || return 1
  tag=$(curl -fsS -m 5 -H "X-aws-ec2-metadata-token: $token" "$imds/latest/meta-data/tags/instance/hybridllm:lease-until") || return 1
  case $tag in [0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T*Z) date -u -d "$tag" +%s ;; *) return 1 ;; esac
}
while now=$(date +%s) && [ "$now" -lt "$until" ] && [ "$now" -lt "$last" ]; do
  sleep 10
  if found=$(lease 2>/dev/null); then until=$found; fi
done
echo "hybridllm: the lease has run out; powering off" >&2
systemctl poweroff || shutdown -h now
DEADMAN
if [ "$HYBRIDLLM_ROLE" = gpu ]; then
  systemd-run --unit=hybridllm-deadman --property=Restart=always --property=RestartSec=5 \
    /bin/sh "$home/deadman.sh" "$HYBRIDLLM_BOOT_DEADLINE" "$HYBRIDLLM_LAST_MOMENT" || die "the dead-man's switch does not start"
fi
before_deadline() { [ "$(seconds)" -lt "$HYBRIDLLM_BOOT_DEADLINE" ] || die "$1 did not succeed before the boot deadline"; }

# 2. Keys, born here. An existing key is kept, so that a second run goes on where the first stopped.
new_key() { [ -s "$1" ] || { openssl genpkey -algorithm X25519 -out "$1.new" && mv "$1.new" "$1"; }; }
public_of() { openssl pkey -in "$1" -pubout | sed -n 2p | cut -c17-; }
hex() { od -An -v -tx1 | tr -d ' \n'; }
new_key "$run/mailbox.pem"
new_key "$run/nebula.pem"
mailbox_key=$(public_of "$run/mailbox.pem")
nebula_key=$(public_of "$run/nebula.pem")
[ ${#mailbox_key} -eq 44 ] && [ ${#nebula_key} -eq 44 ] || die "openssl made no X25519 key"
mkdir -p "$root/etc/nebula"
{
  echo '-----BEGIN NEBULA X25519 PRIVATE KEY-----'
  openssl pkey -in "$run/nebula.pem" -outform DER | tail -c 32 | openssl base64
  echo '-----END NEBULA X25519 PRIVATE KEY-----'
} > "$root/etc/nebula/host.key"

# 3. Who this machine is, signed by AWS.
while ! token=$(curl -fsS -m 5 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 300' "$imds/latest/api/token"); do
  before_deadline "the metadata service"; sleep 2
done
metadata() { curl -fsS -m 5 -H "X-aws-ec2-metadata-token: $token" "$imds/latest/$1"; }
instance=$(metadata meta-data/instance-id)
identity=$(metadata dynamic/instance-identity/rsa2048 | tr -d '\r\n')

# 4. The request: public keys, the identity document, and a proof that the Nebula key is held here.
printf '%s\n' '-----BEGIN PUBLIC KEY-----' "MCowBQYDK2VuAyEA$HYBRIDLLM_CONTROLLER_KEY" '-----END PUBLIC KEY-----' > "$run/controller.pem"
shared() { # shared KEY.pem: the X25519 secret with the controller, as hex
  openssl pkeyutl -derive -inkey "$1" -peerkey "$run/controller.pem" -out "$run/secret" || die "key agreement failed"
  [ "$(wc -c < "$run/secret")" -eq 32 ] || die "key agreement failed"
  hex < "$run/secret"; rm -f "$run/secret"
}
# openssl takes keys as arguments, so other users' processes must not see the process list meanwhile.
mount -o remount,hidepid=2 /proc 2>/dev/null || say "the process list stays visible"
if [ ! -s "$run/request" ]; then
  secret=$(shared "$run/nebula.pem")
  digest=$(printf %s "$identity" | openssl dgst -sha256 -r | cut -c1-64)
  proof=$(printf 'hybridllm-proof-1|%s|%s|%s|%s|%s' "$HYBRIDLLM_WAKE" "$HYBRIDLLM_CONTROLLER_KEY" "$nebula_key" "$mailbox_key" "$digest" |
    openssl dgst -sha256 -mac HMAC -macopt hexkey:"$secret" -r | cut -c1-64)
  [ ${#proof} -eq 64 ] || die "openssl made no proof"
  printf '%s\n' hybridllm-request-1 "wake $HYBRIDLLM_WAKE" "nebula-key $nebula_key" "mailbox-key $mailbox_key" \
    "proof $proof" "identity $identity" > "$run/request.new"
  mv "$run/request.new" "$run/request"
fi
while :; do
  code=$(curl -sS -m 30 -o /dev/null -w '%{http_code}' -H 'If-None-Match: *' -T "$run/request" "$HYBRIDLLM_REQUEST_URL") || code=000
  case $code in
    200) break ;;
    412) say "a request is there already, perhaps this node's own"; break ;; # another's gets a reply that does not open here
  esac
  say "the request was answered $code"
  before_deadline "the request"; sleep 3
done

# 5. The reply, sealed to the mailbox key of this request.
while :; do
  code=$(curl -sS -m 30 -o "$run/reply" -w '%{http_code}' "$HYBRIDLLM_REPLY_URL") || code=000
  [ "$code" = 200 ] && break
  before_deadline "the reply"; sleep 3
done
[ "$(sed -n 1p "$run/reply")" = hybridllm-reply-1 ] || die "the reply has another version"
nonce=$(sed -n 2p "$run/reply")
case $nonce in *[!0-9a-f]*) die "the reply's nonce is malformed" ;; esac
[ ${#nonce} -eq 32 ] || die "the reply's nonce is malformed"
sed -n 3p "$run/reply" | openssl base64 -d -A > "$run/sealed"
sed -n 4p "$run/reply" | openssl base64 -d -A > "$run/tag"
[ -s "$run/sealed" ] && [ "$(wc -c < "$run/tag")" -eq 32 ] || die "the reply is cut short"
secret=$(shared "$run/mailbox.pem")
salt=$(openssl dgst -sha256 -r "$run/request" | cut -c1-64)
info=$(printf 'hybridllm-reply-1|%s|%s|%s|%s|%s|%s' "$HYBRIDLLM_WAKE" "$instance" "$HYBRIDLLM_CONTROLLER_KEY" "$mailbox_key" "$nebula_key" "$nonce" | hex)
keys=$(openssl kdf -keylen 80 -kdfopt digest:SHA256 -kdfopt hexkey:"$secret" -kdfopt hexsalt:"$salt" -kdfopt hexinfo:"$info" -binary HKDF | hex)
[ ${#keys} -eq 160 ] || die "openssl derived no keys"
# Both tags go through a MAC under a fresh key, so the comparison's timing says nothing of the right one.
blind=$(openssl rand -hex 32)
blinded() { openssl dgst -sha256 -mac HMAC -macopt hexkey:"$blind" -r | cut -c1-64; }
want=$(openssl dgst -sha256 -mac HMAC -macopt hexkey:"$(printf %s "$keys" | cut -c65-128)" -binary < "$run/sealed" | blinded)
have=$(blinded < "$run/tag")
[ ${#want} -eq 64 ] && [ "$want" = "$have" ] || die "the reply was not sealed for this node"
openssl enc -d -aes-256-ctr -K "$(printf %s "$keys" | cut -c1-64)" -iv "$(printf %s "$keys" | cut -c129-160)" \
  -in "$run/sealed" -out "$run/payload.tar"
mount -o remount,hidepid=0 /proc 2>/dev/null || :
rm -rf "$run/payload" && mkdir "$run/payload"
tar -xpf "$run/payload.tar" -C "$run/payload" --no-same-owner

# 6. The payload's tree over the root, then its steps in order.
cp -RP --preserve=mode "$run/payload/root/." "$root/"
for file in ca.crt host.crt host.key config.yml; do
  [ -s "$root/etc/nebula/$file" ] || die "the reply lacks $file"
done
if [ "$HYBRIDLLM_ROLE" = gpu ]; then
  for file in server-ca client-ca request-header-ca etcd/peer-ca etcd/server-ca; do
    [ -s "$root/var/lib/rancher/k3s/server/tls/$file.crt" ] && [ -s "$root/var/lib/rancher/k3s/server/tls/$file.key" ] ||
      die "the reply lacks the authority $file" # k3s would make its own in silence
  done
  [ -s "$root/var/lib/rancher/k3s/server/tls/service.key" ] || die "the reply lacks the authority service.key"
fi
local_disk() { # local_disk PATH: the instance's own NVMe; without one, PATH stays on the root disk
  mkdir -p "$root$1"
  if mountpoint -q "$root$1"; then return 0; fi
  disk=$(find "$root/dev/disk/by-id" -name 'nvme-Amazon_EC2_NVMe_Instance_Storage_*' ! -name '*-part*' 2>/dev/null | sort | sed -n 1p) || :
  [ -n "$disk" ] || { say "no local disk; $1 is on the root disk"; return 0; }
  ready=$root/opt/dlami/nvme tries=0 # where the image mounts it, some seconds after the boot
  until mountpoint -q "$ready" || [ ! -d "$root/opt/dlami" ] || [ "$tries" -ge 20 ]; do tries=$((tries + 1)); sleep 3; done
  if mountpoint -q "$ready"; then
    mkdir -p "$ready/hybridllm" && mount --bind "$ready/hybridllm" "$root$1" || say "the local disk cannot be used"
  else
    mkfs.ext4 -q -m 0 "$disk" < /dev/null && mount "$disk" "$root$1" || say "the local disk cannot be used"
  fi
}
volume() { # volume ID PATH
  disk=$root/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_$(printf %s "$1" | tr -d -)
  until [ -e "$disk" ]; do before_deadline "attaching $1"; sleep 3; done
  mkdir -p "$root$2"
  if mountpoint -q "$root$2"; then return 0; fi
  blkid -p "$disk" > /dev/null 2>&1 && found=0 || found=$?
  case $found in
    0) ;;
    2) mkfs.ext4 -q -m 0 "$disk" < /dev/null || die "$1 cannot be formatted" ;; # 2: nothing is on it
    *) die "what is on $1 cannot be told; it is left as it is" ;;
  esac
  mount "$disk" "$root$2" || die "$1 cannot be mounted"
}
fetch() { # fetch SHA256 MODE file|tar|tar-once PATH URL
  target=$root$4
  if [ "$3" = tar-once ] && [ -e "$target/.hybridllm-$1" ]; then say "$4 is there already"; return 0; fi
  mkdir -p "$(dirname "$target")"
  until curl -fsS --retry 3 -o "$target.part" "$5"; do before_deadline "fetching $4"; sleep 3; done
  echo "$1  $target.part" | sha256sum -c --status --strict - || die "$4 has another checksum than its catalogue"
  case $3 in
    file) chmod "$2" "$target.part" && mv "$target.part" "$target" ;;
    tar | tar-once)
      mkdir -p "$target" && tar -xpf "$target.part" -C "$target" --no-same-owner && rm -f "$target.part"
      [ "$3" = tar ] || : > "$target/.hybridllm-$1"
      ;;
    *) die "unknown kind of artifact $3" ;;
  esac
}
[ "$HYBRIDLLM_ROLE" != gpu ] || local_disk /var/lib/hybridllm
while read -r verb arguments; do
  case $verb in
    fetch) fetch $arguments ;;
    volume) volume $arguments ;;
    check-certificate) "$home/bin/nebula-cert" verify -ca "$root/etc/nebula/ca.crt" -crt "$root/etc/nebula/host.crt" || die "the certificate is not good" ;;
    start) systemctl daemon-reload && systemctl enable --now --no-block "$arguments" || die "$arguments does not start" ;;
    *) die "unknown step $verb" ;;
  esac
done < "$run/payload/steps"
report ok "boot complete"
rm -rf "$run"
say "boot complete"
