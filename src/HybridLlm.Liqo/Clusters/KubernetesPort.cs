using System.Net.Mime;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using HybridLlm.Liqo.Resources;

namespace HybridLlm.Liqo.Clusters;

/// <summary>The calls this package makes to an API server, in its own records.</summary>
internal sealed class KubernetesPort : IDisposable
{
    private const int PageSize = 500;

    /// <summary>Under this name the server's <c>managedFields</c> remember what this package wrote.</summary>
    private const string Manager = "hybridllm-liqo";
    private const string MergePatch = "application/merge-patch+json";
    private const string JsonPatch = "application/json-patch+json";

    /// <summary>How long the server keeps a watch open; the client gives up a little later.</summary>
    private static readonly TimeSpan s_watchLength = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan s_watchGrace = TimeSpan.FromSeconds(30);

    private readonly KubernetesTransport _transport;

    public KubernetesPort(KubernetesTransport transport, TimeProvider time)
    {
        _transport = transport;
        Questions = new KubernetesQuestions(transport);
        Watches = new WatchHub(this, time);
    }

    /// <summary>What is asked of the server itself, rather than of its objects.</summary>
    public KubernetesQuestions Questions { get; }

    /// <summary>Its watches, as operations that run at once share them.</summary>
    public WatchHub Watches { get; }

    /// <summary>Whether the API server answers at all within <paramref name="limit"/>, asked once.</summary>
    public Task<bool> AnswersAsync(TimeSpan limit, CancellationToken cancellationToken) =>
        _transport.AnswersAsync(limit, cancellationToken);

    /// <summary>Ends the watches; the transport is the connection's.</summary>
    public void Dispose() => Watches.Dispose();

    /// <summary>The object; null when there is none.</summary>
    public async Task<ClusterObject?> GetAsync(
        ResourceKind kind,
        string? ns,
        string name,
        CancellationToken cancellationToken
    )
    {
        try
        {
            using var answer = await _transport
                .CallAsync(HttpMethod.Get, kind.Path(ns, name), null, cancellationToken)
                .ConfigureAwait(false);
            return kind.Read(answer.RootElement);
        }
        catch (KubernetesCallException refusal) when (refusal.Kind == KubernetesErrorKind.NotFound)
        {
            return null;
        }
    }

    /// <summary>Every object selected, page by page.</summary>
    public async Task<ObjectList> ListAsync(Selection selection, CancellationToken cancellationToken)
    {
        List<ClusterObject> items = [];
        string? next = null;
        while (true)
        {
            var path = $"{selection.Path}?limit={PageSize}{selection.Query}";
            path += next is null ? "" : $"&continue={Uri.EscapeDataString(next)}";
            using var page = await _transport
                .CallAsync(HttpMethod.Get, path, null, cancellationToken)
                .ConfigureAwait(false);
            if (page.RootElement.TryGetProperty("items", out var found) && found.ValueKind == JsonValueKind.Array)
            {
                items.AddRange(found.EnumerateArray().Select(selection.Kind.Read));
            }

            var meta = page.RootElement.GetProperty("metadata");
            next = meta.TryGetProperty("continue", out var token) ? token.GetString() : null;
            if (string.IsNullOrEmpty(next))
            {
                return new ObjectList(items, meta.GetProperty("resourceVersion").GetString()!);
            }
        }
    }

    public Task<ClusterObject> CreateAsync(
        ResourceKind kind,
        ClusterObject body,
        CancellationToken cancellationToken
    ) =>
        WriteAsync(
            HttpMethod.Post,
            kind,
            kind.Path(body.Namespace),
            new RequestBody(kind.Write(body), MediaTypeNames.Application.Json),
            cancellationToken
        );

    /// <summary>
    /// Changes the fields the patch names and no others. A user who may update but not patch, as Liqo's peering users, has
    /// the whole object read, changed and put back.
    /// </summary>
    public async Task<ClusterObject> MergeAsync(
        ResourceKind kind,
        string? ns,
        string name,
        JsonObject patch,
        CancellationToken cancellationToken,
        string? subresource = null
    )
    {
        var path = kind.Path(ns, name) + (subresource is null ? "" : $"/{subresource}");
        try
        {
            return await WriteAsync(HttpMethod.Patch, kind, path, new RequestBody(patch, MergePatch), cancellationToken)
                .ConfigureAwait(false);
        }
        catch (KubernetesCallException refusal)
            when (refusal.Kind == KubernetesErrorKind.Forbidden && subresource is null)
        {
            if (await Questions.ReadWholeAsync(path, cancellationToken).ConfigureAwait(false) is not { } whole)
            {
                throw;
            }

            Steps.MergePatch.Apply(whole, patch);
            return await WriteAsync(
                    HttpMethod.Put,
                    kind,
                    path,
                    new RequestBody(whole, MediaTypeNames.Application.Json),
                    cancellationToken
                )
                .ConfigureAwait(false);
        }
    }

    /// <summary>Takes one finalizer away, if it still stands where it was seen.</summary>
    /// <returns>The object while something holds it; null when it is gone with its last finalizer.</returns>
    public async Task<ClusterObject?> ReleaseAsync(
        ResourceKind kind,
        string? ns,
        string name,
        int index,
        string finalizer,
        CancellationToken cancellationToken
    )
    {
        var path = $"/metadata/finalizers/{index}";
        JsonArray patch =
        [
            new JsonObject
            {
                ["op"] = "test",
                ["path"] = path,
                ["value"] = finalizer,
            },
            new JsonObject { ["op"] = "remove", ["path"] = path },
        ];
        var left = await WriteAsync(
                HttpMethod.Patch,
                kind,
                kind.Path(ns, name),
                new RequestBody(patch, JsonPatch),
                cancellationToken
            )
            .ConfigureAwait(false);
        return left is { IsGoing: true, Metadata.Finalizers: null or { Count: 0 } } ? null : left;
    }

    /// <summary>Asks for an object's deletion.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="ns">Its namespace; null for cluster-wide kinds.</param>
    /// <param name="name">Its name.</param>
    /// <param name="atOnce">Whether the object goes without the grace period that nobody is left to confirm.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The object while something holds it; null when it is gone.</returns>
    public async Task<ClusterObject?> DeleteAsync(
        ResourceKind kind,
        string? ns,
        string name,
        bool atOnce,
        CancellationToken cancellationToken
    )
    {
        JsonObject wish = new() { ["apiVersion"] = "v1", ["kind"] = "DeleteOptions" };
        if (atOnce)
        {
            wish["gracePeriodSeconds"] = 0;
        }

        try
        {
            using var answer = await _transport
                .CallAsync(
                    HttpMethod.Delete,
                    kind.Path(ns, name),
                    new RequestBody(wish, MediaTypeNames.Application.Json),
                    cancellationToken
                )
                .ConfigureAwait(false);
            return StillHeld(kind, answer.RootElement, atOnce);
        }
        catch (KubernetesCallException refusal) when (refusal.Kind == KubernetesErrorKind.NotFound)
        {
            return null;
        }
    }

    /// <summary>Changes as they happen, until the server ends the watch, normally after some minutes.</summary>
    /// <param name="selection">What is watched.</param>
    /// <param name="resourceVersion">Changes after this version; null begins with what is there.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    public async IAsyncEnumerable<WatchChange> WatchAsync(
        Selection selection,
        string? resourceVersion,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var path =
            $"{selection.Path}?watch=1&allowWatchBookmarks=true&timeoutSeconds={(int)s_watchLength.TotalSeconds}"
            + selection.Query
            + (resourceVersion is null ? "" : $"&resourceVersion={Uri.EscapeDataString(resourceVersion)}");
        using var answer = await _transport.OpenAsync(path, cancellationToken).ConfigureAwait(false);
        using CancellationTokenSource longest = new(s_watchLength + s_watchGrace, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, longest.Token);
        using var stream = await answer.Content.ReadAsStreamAsync(either.Token).ConfigureAwait(false);
        using StreamReader lines = new(stream, Encoding.UTF8);
        while (await NextAsync(lines, either.Token, cancellationToken).ConfigureAwait(false) is { } json)
        {
            using var line = json;
            yield return WatchChange.Read(selection.Kind, line.RootElement, _transport.Server, path);
        }
    }

    /// <summary>A deletion answers with a Status when the object is gone, and with the object while something holds it.</summary>
    private static ClusterObject? StillHeld(ResourceKind kind, JsonElement answer, bool atOnce)
    {
        if (answer.TryGetProperty("kind", out var found) && found.ValueEquals("Status"))
        {
            return null;
        }

        var last = kind.Read(answer);
        return last.IsGoing && !(atOnce && last.Metadata.Finalizers is null or { Count: 0 }) ? last : null;
    }

    /// <summary>A watch that breaks off or outlasts its time has ended; the watcher begins another.</summary>
    private static async Task<JsonDocument?> NextAsync(
        StreamReader lines,
        CancellationToken either,
        CancellationToken cancellationToken
    )
    {
        try
        {
            var line = await lines.ReadLineAsync(either).ConfigureAwait(false);
            return line is null ? null : JsonDocument.Parse(line);
        }
        catch (Exception broken)
            when (broken is IOException or HttpRequestException or JsonException
                || (broken is OperationCanceledException && !cancellationToken.IsCancellationRequested)
            )
        {
            return null;
        }
    }

    private async Task<ClusterObject> WriteAsync(
        HttpMethod method,
        ResourceKind kind,
        string path,
        RequestBody body,
        CancellationToken cancellationToken
    )
    {
        using var answer = await _transport
            .CallAsync(method, $"{path}?fieldManager={Manager}", body, cancellationToken)
            .ConfigureAwait(false);
        return kind.Read(answer.RootElement);
    }
}
