namespace HybridLlm.Ollama.Kubernetes.Linting;

/// <summary>The server's program and settings.</summary>
internal static class ServingRules
{
    private static readonly ManifestRule s_digest = new(
        "image-digest",
        "The image is not pinned by digest: a tag may be another image tomorrow, and answers only go on at an equal version.",
        "Name it as ollama/ollama@sha256:….",
        w => w.Container.Text("image").Contains("@sha256:", StringComparison.Ordinal)
    );

    public static IEnumerable<ManifestRule> All =>
        [
            s_digest,
            Is(
                "OLLAMA_HOST",
                v =>
                    v.StartsWith("0.0.0.0", StringComparison.Ordinal) || v.StartsWith("[::]", StringComparison.Ordinal),
                "By itself Ollama listens on loopback only, unless its image says otherwise.",
                "0.0.0.0:11434"
            ),
            Is("OLLAMA_NO_CLOUD", v => v == "1", "A model named :cloud sends prompts to a third party.", "1"),
            Is(
                "OLLAMA_KEEP_ALIVE",
                v => v.StartsWith('-'),
                "After five minutes without a question the model leaves the GPU that is paid for.",
                "\"-1\""
            ),
            Is(
                "OLLAMA_CONTEXT_LENGTH",
                IsSet,
                "The context follows the GPU's memory, so the same model differs from node to node.",
                "a number"
            ),
            Is(
                "OLLAMA_NUM_PARALLEL",
                IsSet,
                "One request is answered at a time; the others wait without limit.",
                "how many the GPU was chosen for"
            ),
            Is(
                "OLLAMA_MAX_LOADED_MODELS",
                v => v == "1",
                "A second model pushes the first out of the GPU, or into system memory.",
                "1"
            ),
            Is(
                "OLLAMA_KV_CACHE_TYPE",
                IsSet,
                "The cache's size is left to a default that may change.",
                "f16, q8_0 or q4_0"
            ),
            Is(
                "OLLAMA_LOAD_TIMEOUT",
                IsSet,
                "A load from a slow disk is given up after five minutes without progress.",
                "e.g. 30m"
            ),
            Is("OLLAMA_NOPRUNE", v => v == "1", "A restart may throw half a download away.", "1"),
        ];

    private static bool IsSet(string value) => value.Length > 0;

    private static ManifestRule Is(string name, Func<string, bool> right, string message, string value) =>
        new(
            name["OLLAMA_".Length..].ToLowerInvariant().Replace('_', '-'),
            $"{name} is not set as it should be. {message}",
            $"Set it to {value}.",
            w => w.Variable(name) is { } set && right(set)
        );
}
