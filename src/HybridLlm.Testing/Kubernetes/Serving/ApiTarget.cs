namespace HybridLlm.Testing.Kubernetes.Serving;

/// <summary>What a request is about, read from its method, path and query as the API server's request-info resolver does.</summary>
internal sealed record ApiTarget
{
    /// <summary>Kubernetes verb, e.g. <c>deletecollection</c>; for paths outside the API the method in lower case.</summary>
    public required string Verb { get; init; }

    public required string Path { get; init; }

    /// <summary>False for discovery, health and the like.</summary>
    public bool IsResource { get; init; }

    public string Group { get; init; } = "";

    public string Version { get; init; } = "";

    /// <summary>Plural.</summary>
    public string Resource { get; init; } = "";

    public string Subresource { get; init; } = "";

    public string Namespace { get; init; } = "";

    public string Name { get; init; } = "";

    /// <summary>What follows the subresource, without the leading slash; empty but for proxies.</summary>
    public string Rest { get; init; } = "";

    /// <summary>What access rules call it, e.g. <c>tenants/status</c>.</summary>
    public string RuleResource => Subresource.Length == 0 ? Resource : $"{Resource}/{Subresource}";

    /// <summary>Reads what a request is about.</summary>
    /// <param name="method">HTTP method.</param>
    /// <param name="path">Path, without the query.</param>
    /// <param name="isWatch">Whether the query asks for a watch.</param>
    public static ApiTarget Read(string method, string path, bool isWatch)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var (group, version, rest) = parts switch
        {
            ["api", var v, .. var tail] => ("", v, tail),
            ["apis", var g, var v, .. var tail] => (g, v, tail),
            _ => ("", "", []),
        };
        if (rest.Length == 0)
        {
            return new ApiTarget { Verb = Lower(method), Path = path };
        }

        var inNamespace = "";
        // "namespaces/x" is the namespace itself, and "namespaces/x/status" and "…/finalize" are its subresources.
        if (rest is ["namespaces", var ns, not ("status" or "finalize"), ..])
        {
            (inNamespace, rest) = (ns, rest[2..]);
        }

        var name = rest.Length > 1 ? rest[1] : "";
        ApiTarget target = new()
        {
            Verb = "",
            Path = path,
            IsResource = true,
            Group = group,
            Version = version,
            Resource = rest[0],
            Namespace = inNamespace,
            Name = name,
            Subresource = rest.Length > 2 ? rest[2] : "",
            Rest = string.Join('/', rest.Skip(3)),
        };

        // A namespace's own requests are judged inside it, as a real server does.
        return target with
        {
            Verb = VerbOf(method, isWatch, name.Length > 0),
            Namespace = target is { Group: "", Resource: "namespaces" } ? name : inNamespace,
        };
    }

    private static string VerbOf(string method, bool isWatch, bool hasName) =>
        method switch
        {
            "GET" or "HEAD" when isWatch => "watch",
            "GET" or "HEAD" => hasName ? "get" : "list",
            "POST" => "create",
            "PUT" => "update",
            "PATCH" => "patch",
            "DELETE" => hasName ? "delete" : "deletecollection",
            _ => Lower(method),
        };

    private static string Lower(string method) => method.ToLowerInvariant();
}
