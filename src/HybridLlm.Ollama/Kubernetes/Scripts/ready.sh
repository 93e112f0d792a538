# Ready means: the model is in GPU memory, all of it. The server's root answers 200 without any model at all.
set -euo pipefail
exec 3<>"/dev/tcp/127.0.0.1/${OLLAMA_HOST##*:}"
printf 'GET /api/ps HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n' >&3
name="\"name\":\"$HYBRIDLLM_MODEL\""
resident=$(cat <&3)
if [[ $resident != *"$name"* ]]; then
  echo "$HYBRIDLLM_MODEL is not in memory" >&2
  exit 1
fi

rest=${resident#*"$name"}
[[ $rest =~ \"size\":([0-9]+) ]]
size=${BASH_REMATCH[1]}
[[ $rest =~ \"size_vram\":([0-9]+) ]]
if (( BASH_REMATCH[1] < size )); then
  echo "of $HYBRIDLLM_MODEL's $size bytes only ${BASH_REMATCH[1]} are in GPU memory" >&2
  exit 1
fi
