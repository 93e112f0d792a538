using System.Globalization;
using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Objects;
using HybridLlm.Testing.Kubernetes.Selecting;
using HybridLlm.Testing.Kubernetes.Storage;
using Microsoft.AspNetCore.Http;

namespace HybridLlm.Testing.Kubernetes.Serving;

/// <summary>Tells a client of changes as they happen, one JSON object a line, until its time is up.</summary>
/// <remarks>How long a watch lasts goes by the machine's clock, not the cluster's: the connection is real.</remarks>
internal sealed class WatchStream(ClusterState cluster, ApiCall call, HttpResponse response)
{
    private const string InitialEventsEnd = "k8s.io/initial-events-end";

    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan s_bookmarkPeriod = TimeSpan.FromMinutes(1);

    private readonly ObjectSelection _selection = ObjectSelection.Of(call);

    /// <summary>Answers until the client goes, the time is up or the watch is dropped.</summary>
    /// <param name="aborted">The client has gone.</param>
    /// <returns>Whether the connection is to be cut instead of being ended in order.</returns>
    public async Task<bool> RunAsync(CancellationToken aborted)
    {
        var dropped = cluster.Faults.WatchesDropped;
        using CancellationTokenSource timeUp = new(Length(), TimeProvider.System);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(aborted, timeUp.Token);
        response.ContentType = "application/json";
        await response.Body.FlushAsync(aborted).ConfigureAwait(false);
        try
        {
            if (await BeginAsync(stop.Token).ConfigureAwait(false) is { } version)
            {
                await FollowAsync(version, dropped, stop.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (!aborted.IsCancellationRequested) { }

        return dropped.IsCompleted;
    }

    private TimeSpan Length() =>
        int.TryParse(call.Query("timeoutSeconds"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
        && seconds > 0
            ? TimeSpan.FromSeconds(seconds)
            : s_longest;

    /// <summary>Tells what is there, when that is asked for; the version to go on from, or null when there is none.</summary>
    private async Task<long?> BeginAsync(CancellationToken stop)
    {
        var sendsInitial = call.IsAsked("sendInitialEvents");
        var from = call.Query("resourceVersion");
        if (!sendsInitial && from is not ("" or "0"))
        {
            if (long.TryParse(from, NumberStyles.None, CultureInfo.InvariantCulture, out var version))
            {
                return version;
            }

            await ErrorAsync(ApiFailure.BadRequest($"Invalid value: \"{from}\": invalid resource version"), stop)
                .ConfigureAwait(false);
            return null;
        }

        var listing = cluster.Store.List(call.Kind.Resource, Listings.Range(call))!;
        foreach (var stored in listing.Objects.Where(_selection.Matches))
        {
            await EventAsync("ADDED", stored.Open(), stop).ConfigureAwait(false);
        }

        if (sendsInitial)
        {
            await BookmarkAsync(listing.Version, isInitialEnd: true, stop).ConfigureAwait(false);
        }

        return listing.Version;
    }

    private async Task FollowAsync(long version, Task dropped, CancellationToken stop)
    {
        using PeriodicTimer bookmarks = new(s_bookmarkPeriod, TimeProvider.System);
        var bookmark = bookmarks.WaitForNextTickAsync(stop).AsTask();
        while (!dropped.IsCompleted)
        {
            if (cluster.Store.ChangesAfter(version) is not { } changes)
            {
                var oldest = cluster.Store.Version;
                await ErrorAsync(ApiFailure.Expired($"too old resource version: {version} ({oldest})"), stop)
                    .ConfigureAwait(false);
                return;
            }

            foreach (var change in changes)
            {
                await TellAsync(change, stop).ConfigureAwait(false);
                version = change.Version;
            }

            var passed = cluster.Store.PassedAsync(version, stop);
            var first = await Task.WhenAny(passed, dropped, bookmark).ConfigureAwait(false);
            if (first == bookmark && call.IsAsked("allowWatchBookmarks"))
            {
                await BookmarkAsync(version, isInitialEnd: false, stop).ConfigureAwait(false);
            }

            if (first == bookmark)
            {
                bookmark = bookmarks.WaitForNextTickAsync(stop).AsTask();
            }

            stop.ThrowIfCancellationRequested();
        }
    }

    private async Task TellAsync(ObjectChange change, CancellationToken stop)
    {
        var inNamespace = Listings.Range(call);
        if (
            change.Resource != call.Kind.Resource
            || (inNamespace is not null && change.Announced.Key.Namespace != inNamespace)
        )
        {
            return;
        }

        var was = change.Before is { } before && _selection.Matches(before);
        var isNow = change.After is { } after && _selection.Matches(after);
        switch (was, isNow)
        {
            case (false, true):
                await EventAsync("ADDED", change.Announced.Open(), stop).ConfigureAwait(false);
                break;
            case (true, true):
                await EventAsync("MODIFIED", change.Announced.Open(), stop).ConfigureAwait(false);
                break;
            case (true, false):
                // Whoever watches a selection is shown the last state that was part of it.
                var last = change.Before!.Open();
                last.Metadata()["resourceVersion"] = change.Announced.Open().ResourceVersion();
                await EventAsync("DELETED", last, stop).ConfigureAwait(false);
                break;
        }
    }

    private Task BookmarkAsync(long version, bool isInitialEnd, CancellationToken stop)
    {
        JsonObject metadata = new() { ["resourceVersion"] = version.ToString(CultureInfo.InvariantCulture) };
        if (isInitialEnd)
        {
            metadata["annotations"] = new JsonObject { [InitialEventsEnd] = "true" };
        }

        JsonObject bookmark = new()
        {
            ["kind"] = call.Kind.Kind,
            ["apiVersion"] = call.Kind.ApiVersion,
            ["metadata"] = metadata,
        };
        return EventAsync("BOOKMARK", bookmark, stop);
    }

    private Task ErrorAsync(ApiFailure failure, CancellationToken stop) =>
        EventAsync("ERROR", failure.ToStatus(), stop);

    private async Task EventAsync(string type, JsonObject o, CancellationToken stop)
    {
        JsonObject line = new() { ["type"] = type, ["object"] = o };
        await response.Body.WriteAsync((byte[])[.. line.ToBytes(), (byte)'\n'], stop).ConfigureAwait(false);
        await response.Body.FlushAsync(stop).ConfigureAwait(false);
    }
}
