# Tells the gateway, if it is to be told, and waits until nobody is connected. Ollama itself drops its answers at SIGTERM.
set -u
end=$((SECONDS + HYBRIDLLM_DRAIN_SECONDS))
if [[ ${HYBRIDLLM_DRAIN_URL:-} =~ ^http://([^/:]+):([0-9]+)(/.*)$ ]]; then
  (
    exec 3<>"/dev/tcp/${BASH_REMATCH[1]}/${BASH_REMATCH[2]}"
    printf 'POST %s HTTP/1.0\r\nHost: %s\r\nContent-Length: 0\r\n\r\n' "${BASH_REMATCH[3]}" "${BASH_REMATCH[1]}" >&3
    cat <&3 >/dev/null
  ) || echo "the gateway at $HYBRIDLLM_DRAIN_URL was not told" >&2
fi

# Who routes takes a moment to learn that this pod goes.
sleep "${HYBRIDLLM_DRAIN_PAUSE:-3}"
printf -v port '%04X' "${OLLAMA_HOST##*:}"
while ((SECONDS < end)); do
  busy=
  # State 01 is ESTABLISHED.
  while read -r _ local _ state _; do
    [[ $local == *:$port && $state == 01 ]] && busy=yes
  done < <(cat /proc/net/tcp /proc/net/tcp6 2>/dev/null)
  [[ -n $busy ]] || exit 0
  sleep 1
done
