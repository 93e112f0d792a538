# Runs Ollama, has the model on the disk and in memory, and stays as long as the server does.
set -euo pipefail
port=${OLLAMA_HOST##*:}

# call METHOD PATH BODY: prints the answer; fails unless its status is 200.
call() (
  exec 3<>"/dev/tcp/127.0.0.1/$port" || exit 1
  printf '%s %s HTTP/1.0\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s' \
    "$1" "$2" "${#3}" "$3" >&3
  IFS= read -r status <&3
  while IFS= read -r line <&3 && [[ $line != $'\r' ]]; do :; done
  cat <&3
  [[ $status == *' 200 '* ]]
)

# In the background, so that a signal need not wait for its end.
step() {
  call "$@" &
  wait "$!"
}

ollama serve &
server=$!
trap 'kill -TERM "$server" 2>/dev/null; wait "$server" || true' EXIT
trap 'exit 0' TERM INT
until call GET /api/version '' >/dev/null 2>&1; do
  kill -0 "$server" || exit 1
  sleep 1
done

name="\"name\":\"$HYBRIDLLM_MODEL\""
tags=$(call GET /api/tags '')
if [[ $tags != *"$name"* ]]; then
  step POST /api/pull "{\"model\":\"$HYBRIDLLM_MODEL\",\"stream\":false}"
  tags=$(call GET /api/tags '')
fi

if [[ -n ${HYBRIDLLM_DIGEST:-} ]]; then
  [[ ${tags#*"$name"} =~ \"digest\":\"([0-9a-f]+)\" ]]
  if [[ ${BASH_REMATCH[1]} != "$HYBRIDLLM_DIGEST" ]]; then
    echo "$HYBRIDLLM_MODEL is ${BASH_REMATCH[1]}, and $HYBRIDLLM_DIGEST was pinned" >&2
    exit 1
  fi
fi

step POST /api/generate "{\"model\":\"$HYBRIDLLM_MODEL\",\"keep_alive\":-1,\"stream\":false}"
wait "$server"
