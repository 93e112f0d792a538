using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Kinds;
using HybridLlm.Testing.Kubernetes.Objects;
using HybridLlm.Testing.Kubernetes.Serving;
using HybridLlm.Testing.Kubernetes.Storage;

namespace HybridLlm.Testing.Kubernetes.Genuine;

/// <summary>Keeps a store as a real server's objects are, by a watch a kind, so that emulated controllers can look into it.</summary>
internal sealed class Mirror(GenuineApi api, ObjectStore store) : IAsyncDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<string, Task> _watches = new(StringComparer.Ordinal);

    /// <summary>Reads a kind and follows it from then on; nothing happens when it is followed, or the server does not serve it.</summary>
    /// <returns>Whether the server serves it.</returns>
    public bool Follow(ResourceKind kind)
    {
        if (_watches.ContainsKey(kind.Resource))
        {
            return true;
        }

        if (Refresh(kind) is not { } version)
        {
            return false;
        }

        _watches[kind.Resource] = Task.Run(() => WatchAsync(kind, version));
        return true;
    }

    /// <summary>Takes over the answer to a write, so that the writer sees at once what it has written.</summary>
    public void Take(ApiCall call, JsonObject answer)
    {
        var kind = call.Kind;
        if (answer.TextAt("kind") != "Status" && call.Target.Verb != "delete")
        {
            store.Mirror(kind.Resource, answer);
            return;
        }

        // A deletion may have marked the object or removed it.
        Reread(call);
    }

    /// <summary>Looks what has become of the object that a call is about.</summary>
    public void Reread(ApiCall call)
    {
        var kind = call.Kind;

        // What comes to be while it is asked for is not what it says is gone.
        var known = store.MirroredVersion(kind.Resource, call.Key);
        try
        {
            var read = api.Send(call with { Target = call.Target with { Verb = "get", Subresource = "" }, Body = [] });
            store.Mirror(kind.Resource, read);
        }
        catch (ApiFailure failure) when (failure.Status == 404)
        {
            store.MirrorRemoval(kind.Resource, call.Key, known);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_watches.Values).ConfigureAwait(false);
        _stop.Dispose();
    }

    private string? Refresh(ResourceKind kind)
    {
        if (api.List(kind) is not var (objects, version))
        {
            return null;
        }

        store.MirrorAll(kind.Resource, objects);
        return version;
    }

    private async Task WatchAsync(ResourceKind kind, string version)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                version = await FollowAsync(kind, version).ConfigureAwait(false);
            }
            catch (Exception broken)
                when (broken is OperationCanceledException or IOException or HttpRequestException or ApiFailure)
            {
                if (!_stop.IsCancellationRequested)
                {
                    await Task.Delay(s_pause, TimeProvider.System).ConfigureAwait(false);
                }
            }
        }
    }

    private async Task<string> FollowAsync(ResourceKind kind, string version)
    {
        using var lines = await api.WatchAsync(kind, version, _stop.Token).ConfigureAwait(false);
        while (await lines.ReadLineAsync(_stop.Token).ConfigureAwait(false) is { } line)
        {
            if (KubeJson.TryParse(Encoding.UTF8.GetBytes(line)) is not { } change)
            {
                continue;
            }

            if (change.TextAt("type") == "ERROR" || change.ObjectAt("object") is not { } o)
            {
                return Refresh(kind) ?? version;
            }

            version = o.ResourceVersion();
            Apply(kind, change.TextAt("type")!, GenuineApi.Named(o.Copy(), kind));
        }

        return version;
    }

    private void Apply(ResourceKind kind, string type, JsonObject o)
    {
        if (type is "ADDED" or "MODIFIED")
        {
            store.Mirror(kind.Resource, o);
        }
        else if (type == "DELETED")
        {
            store.MirrorRemoval(
                kind.Resource,
                new ObjectKey(o.Namespace(), o.Name()),
                long.Parse(o.ResourceVersion(), NumberStyles.None, CultureInfo.InvariantCulture)
            );
        }
    }
}
