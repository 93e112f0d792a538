using System.Globalization;
using HybridLlm.Ollama.Fitting;
using HybridLlm.Ollama.Kubernetes.Yaml;

namespace HybridLlm.Ollama.Kubernetes;

/// <summary>The container: Ollama, its settings, and how it is started, looked after and let go.</summary>
internal static class WorkloadContainer
{
    public const int Port = 11434;

    private const int ProbeSeconds = 5;
    private const long BesidesWeights = 2L * 1024 * 1024 * 1024;

    private static readonly string[] s_all = ["ALL"];

    public static YamlMap Of(OllamaWorkload w) =>
        new()
        {
            { "name", "ollama" },
            {
                "image",
                w.Image,
                "By digest: a tag may be another image tomorrow, and answers only go on at an equal version."
            },
            {
                "command",
                Bash(WorkloadScripts.Start),
                "The model is pulled, checked and loaded before anybody asks. A postStart hook would kill the container if that failed."
            },
            { "env", Environment(w) },
            {
                "ports",
                new[]
                {
                    new YamlMap { { "name", "ollama" }, { "containerPort", Port } },
                }
            },
            { "resources", Resources(w) },
            {
                "startupProbe",
                Probe(Exec(WorkloadScripts.Ready), w.StartupMinutes * 60 / ProbeSeconds, ProbeSeconds),
                "As long as a pull and a load may take; until then nothing else is probed."
            },
            {
                "readinessProbe",
                Probe(Exec(WorkloadScripts.Ready), 2, ProbeSeconds),
                "Ready means the model is in GPU memory, all of it: the root path says 200 without any model."
            },
            {
                "livenessProbe",
                Probe(new YamlMap { { "path", "/api/version" }, { "port", Port } }, 12, 10, http: true),
                "Only whether the server lives, and patiently: asking the model would kill a pod for being busy."
            },
            {
                "lifecycle",
                new YamlMap { { "preStop", Exec(WorkloadScripts.Drain) } },
                "Ollama drops its answers at SIGTERM; so the gateway is told and answers may end before that."
            },
            { "securityContext", SecurityContext() },
            { "volumeMounts", Mounts() },
        };

    private static YamlMap[] Environment(OllamaWorkload w)
    {
        List<YamlMap> variables =
        [
            Variable("OLLAMA_HOST", "0.0.0.0:11434", "By itself it listens on loopback only."),
            Variable("OLLAMA_MODELS", "/models"),
            Variable(
                "OLLAMA_CONTEXT_LENGTH",
                Text(w.ContextLength),
                "Left alone it follows the GPU's memory, so the same model would differ from node to node."
            ),
            Variable(
                "OLLAMA_NUM_PARALLEL",
                Text(w.Parallel),
                "Left alone it is one: a second caller waits for the first."
            ),
            Variable("OLLAMA_MAX_LOADED_MODELS", "1", "A second model would push this one out of the GPU."),
            Variable("OLLAMA_KEEP_ALIVE", "-1", "The model stays; the pod is what comes and goes."),
            Variable(
                "OLLAMA_KV_CACHE_TYPE",
                w.CacheType switch
                {
                    KvCacheType.Q8 => "q8_0",
                    KvCacheType.Q4 => "q4_0",
                    _ => "f16",
                },
                "What the memory was worked out for."
            ),
            Variable(
                "OLLAMA_LOAD_TIMEOUT",
                $"{Text(w.StartupMinutes)}m",
                "A load from a slow disk may stand still for longer than five minutes."
            ),
            Variable("OLLAMA_NO_CLOUD", "1", "A model named :cloud would send prompts to a third party."),
            Variable("OLLAMA_NOPRUNE", "1", "A restart would throw half a download away."),
            Variable("HOME", "/tmp"),
            Variable("LC_ALL", "C"),
            Variable("HYBRIDLLM_MODEL", w.Model),
            Variable("HYBRIDLLM_DRAIN_SECONDS", Text(w.DrainSeconds)),
        ];
        variables.AddRange(
            w.CacheType == KvCacheType.F16
                ? []
                : [Variable("OLLAMA_FLASH_ATTENTION", "1", "A quantized cache needs it.")]
        );
        variables.AddRange(w.ModelDigest is { } digest ? [Variable("HYBRIDLLM_DIGEST", digest)] : []);
        variables.AddRange(w.DrainUrl is { } url ? [Variable("HYBRIDLLM_DRAIN_URL", url.AbsoluteUri)] : []);
        return [.. variables];
    }

    private static YamlMap Variable(string name, string value, string? why = null)
    {
        YamlMap variable = new() { { "name", name, why } };
        variable.Add("value", value);
        return variable;
    }

    private static YamlMap Resources(OllamaWorkload w)
    {
        var memory = w.MemoryBytes ?? w.KnownShape!.WeightBytes + BesidesWeights;
        return new YamlMap
        {
            {
                "requests",
                new YamlMap
                {
                    { "cpu", $"{Text(w.CpuMillicores)}m" },
                    {
                        "memory",
                        Quantity.Of(memory),
                        "The weights pass through the page cache on their way to the GPU."
                    },
                    { "ephemeral-storage", "2Gi" },
                }
            },
            {
                "limits",
                new YamlMap
                {
                    { w.GpuResource, w.Gpus, "Without it the pod may land anywhere and answers from the CPU." },
                }
            },
        };
    }

    private static YamlMap Probe(YamlMap action, int failures, int period, bool http = false) =>
        new()
        {
            { http ? "httpGet" : "exec", http ? action : action.Single().Value },
            { "periodSeconds", period },
            { "timeoutSeconds", period },
            { "failureThreshold", failures },
        };

    private static YamlMap Exec(string script) =>
        new()
        {
            {
                "exec",
                new YamlMap { { "command", Bash(script) } }
            },
        };

    private static string[] Bash(string script) => ["/bin/bash", "-c", script];

    private static YamlMap SecurityContext() =>
        new()
        {
            { "allowPrivilegeEscalation", false },
            { "readOnlyRootFilesystem", true },
            {
                "capabilities",
                new YamlMap { { "drop", s_all } }
            },
        };

    private static YamlMap[] Mounts() =>
        [
            new() { { "name", WorkloadObjects.ModelVolume }, { "mountPath", "/models" } },
            new() { { "name", "scratch" }, { "mountPath", "/tmp" } },
            new()
            {
                { "name", "shm" },
                {
                    "mountPath",
                    "/dev/shm",
                    "The runtime's own is 64 MiB, too little for several GPUs to talk through."
                },
            },
        ];

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
