using HybridLlm.Ollama.Kubernetes.Yaml;

namespace HybridLlm.Ollama.Kubernetes;

/// <summary>How the pods are reached, and by whom.</summary>
internal static class WorkloadNetwork
{
    // Requests that ask a model something, and those clients find their way with.
    internal static readonly string[] SafePaths =
    [
        "/api/chat",
        "/api/generate",
        "/api/embed",
        "/api/tags",
        "/api/show",
        "/api/version",
        "/v1/",
    ];

    private static readonly string[] s_policyTypes = ["Ingress", "Egress"];

    public static YamlMap Service(OllamaWorkload workload) =>
        new()
        {
            { "apiVersion", "v1" },
            { "kind", "Service" },
            { "metadata", WorkloadObjects.Metadata(workload) },
            {
                "spec",
                new YamlMap
                {
                    { "type", "ClusterIP", "Never to the outside: Ollama asks nobody for a password." },
                    { "selector", WorkloadObjects.Labels(workload) },
                    {
                        "ports",
                        new[]
                        {
                            new YamlMap
                            {
                                { "name", "ollama" },
                                { "port", WorkloadContainer.Port },
                                { "targetPort", WorkloadContainer.Port },
                            },
                        }
                    },
                }
            },
        };

    public static YamlMap Policy(OllamaWorkload workload) =>
        new()
        {
            { "apiVersion", "networking.k8s.io/v1" },
            { "kind", "NetworkPolicy" },
            { "metadata", WorkloadObjects.Metadata(workload) },
            {
                "spec",
                new YamlMap
                {
                    {
                        "podSelector",
                        new YamlMap { { "matchLabels", WorkloadObjects.Labels(workload) } }
                    },
                    { "policyTypes", s_policyTypes },
                    {
                        "ingress",
                        new[]
                        {
                            new YamlMap
                            {
                                { "from", (YamlMap[])[.. workload.Clients.Select(Peer)] },
                                { "ports", new[] { PortOf("TCP", WorkloadContainer.Port) } },
                            },
                        },
                        "Whoever reaches the port can delete and replace models."
                    },
                    {
                        "egress",
                        (YamlMap[])[.. Egress(workload)],
                        "Names and, to pull, registries; nothing a prompt could be sent to in the clear."
                    },
                }
            },
        };

    public static YamlMap Route(OllamaWorkload workload, TraefikRoute route)
    {
        var paths = string.Join(" || ", SafePaths.Select(p => $"PathPrefix(`{p}`)"));
        YamlMap service = new()
        {
            { "name", route.Service ?? workload.Name },
            { "port", route.Port },
            {
                "responseForwarding",
                new YamlMap { { "flushInterval", "1ms" } },
                "By default Traefik gathers 100 ms of an answer before it passes it on."
            },
        };
        YamlMap rule = new()
        {
            { "kind", "Rule" },
            {
                "match",
                $"Host(`{route.Host}`) && ({paths})",
                "Only what asks a model: /api/pull, push, create, copy, delete and blobs stay inside."
            },
            {
                "middlewares",
                route.Middlewares.Count == 0
                    ? null
                    : (YamlMap[])[.. route.Middlewares.Select(m => new YamlMap { { "name", m } })]
            },
            { "services", new[] { service } },
        };
        return new YamlMap
        {
            { "apiVersion", "traefik.io/v1alpha1" },
            { "kind", "IngressRoute" },
            { "metadata", WorkloadObjects.Metadata(workload) },
            {
                "spec",
                new YamlMap
                {
                    { "entryPoints", new[] { route.EntryPoint } },
                    { "routes", new[] { rule } },
                    {
                        "tls",
                        new YamlMap { { "secretName", route.TlsSecret } },
                        "Prompts do not travel in the clear."
                    },
                }
            },
        };
    }

    private static YamlMap Peer(AllowedClient client)
    {
        if (client.Range is { } range)
        {
            return new YamlMap
            {
                {
                    "ipBlock",
                    new YamlMap { { "cidr", range } }
                },
            };
        }

        YamlMap peer = [];
        if (client.Namespace is { } space)
        {
            YamlMap labels = new() { { "kubernetes.io/metadata.name", space } };
            peer.Add("namespaceSelector", new YamlMap { { "matchLabels", labels } });
        }

        peer.Add("podSelector", new YamlMap { { "matchLabels", YamlMap.Texts(client.PodLabels!) } });
        return peer;
    }

    private static IEnumerable<YamlMap> Egress(OllamaWorkload workload)
    {
        yield return new YamlMap { { "ports", new[] { PortOf("UDP", 53), PortOf("TCP", 53) } } };
        if (workload.AllowPull)
        {
            yield return new YamlMap { { "ports", new[] { PortOf("TCP", 443) } } };
        }

        if (workload.DrainUrl is { } url)
        {
            yield return new YamlMap { { "ports", new[] { PortOf("TCP", url.Port) } } };
        }
    }

    private static YamlMap PortOf(string protocol, int port) => new() { { "protocol", protocol }, { "port", port } };
}
