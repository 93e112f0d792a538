using System.Text.Json;
using System.Text.Json.Nodes;
using HybridLlm.Gateway.Endpoints;

namespace HybridLlm.Gateway.Routing;

/// <summary>Asks a server at home who it is and what it has.</summary>
internal static class BackendProbe
{
    /// <summary>Longest list of models that is read, bytes.</summary>
    private const int MaxBytes = 16 << 20;

    public static async Task<BackendView> LookAsync(
        HttpMessageInvoker http,
        Uri address,
        CancellationToken cancellationToken
    )
    {
        var version = await GetAsync(http, new Uri(address, "api/version"), cancellationToken).ConfigureAwait(false);
        var tags = await GetAsync(http, new Uri(address, "api/tags"), cancellationToken).ConfigureAwait(false);
        var resident = await GetAsync(http, new Uri(address, "api/ps"), cancellationToken).ConfigureAwait(false);
        return new BackendView
        {
            Version = version["version"]?.ToString() ?? "",
            Models = ByName(tags),
            Resident = ByName(resident),
        };
    }

    private static Dictionary<string, JsonObject> ByName(JsonObject list)
    {
        Dictionary<string, JsonObject> byName = new(ModelNames.Comparer);
        foreach (var model in (list["models"] as JsonArray ?? []).OfType<JsonObject>())
        {
            if ((model["name"] ?? model["model"])?.ToString() is { Length: > 0 } name)
            {
                byName[ModelNames.Full(name)] = model;
            }
        }

        return byName;
    }

    private static async Task<JsonObject> GetAsync(
        HttpMessageInvoker http,
        Uri uri,
        CancellationToken cancellationToken
    )
    {
        using HttpRequestMessage request = new(HttpMethod.Get, uri);
        using var response = await http.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
        {
            throw new HttpRequestException($"{uri} answered {(int)response.StatusCode}");
        }

        await response.Content.LoadIntoBufferAsync(MaxBytes, cancellationToken).ConfigureAwait(false);
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        return JsonNode.Parse(body, documentOptions: RequestBody.Strict) as JsonObject
            ?? throw new JsonException($"{uri} answered with no JSON object");
    }
}
