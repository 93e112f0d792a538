using System.IO.Pipelines;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace HybridLlm.Liqo.Tests.Wire;

/// <summary>Answers watches across namespaces as a test tells it to; all other calls reach the server.</summary>
internal sealed class ScriptedWatches : DelegatingHandler
{
    private readonly Channel<ScriptedWatch> _opened = Channel.CreateUnbounded<ScriptedWatch>();

    /// <summary>The next watch that is opened.</summary>
    public async Task<ScriptedWatch> NextAsync() =>
        await _opened.Reader.ReadAsync(TestContext.Current.CancellationToken);

    protected override Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        var uri = request.RequestUri!;
        if (
            !uri.Query.Contains("watch=1", StringComparison.Ordinal)
            || uri.AbsolutePath.Contains("/namespaces/", StringComparison.Ordinal)
        )
        {
            return base.SendAsync(request, cancellationToken);
        }

        ScriptedWatch watch = new(uri.Query);
        _opened.Writer.TryWrite(watch);
        return Task.FromResult(watch.Answer());
    }
}

/// <summary>One open watch.</summary>
internal sealed class ScriptedWatch(string query)
{
    private readonly Pipe _pipe = new();
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What was asked.</summary>
    public string Query => query;

    /// <summary>Ends when the client has closed it.</summary>
    public Task Closed => _closed.Task.WaitAsync(TestContext.Current.CancellationToken);

    public HttpResponseMessage Answer() =>
        new(HttpStatusCode.OK) { Content = new Noticing(_pipe.Reader.AsStream(), _closed) };

    public async Task BookmarkAsync(ulong version)
    {
        JsonObject meta = new() { ["resourceVersion"] = $"{version}" };
        JsonObject line = new()
        {
            ["type"] = "BOOKMARK",
            ["object"] = new JsonObject { ["metadata"] = meta },
        };
        await _pipe.Writer.WriteAsync(Encoding.UTF8.GetBytes(line.ToJsonString() + "\n"));
    }

    /// <summary>Ends it in order, as when its time is up.</summary>
    public ValueTask EndAsync() => _pipe.Writer.CompleteAsync();

    private sealed class Noticing(Stream stream, TaskCompletionSource closed) : StreamContent(stream)
    {
        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            closed.TrySetResult();
        }
    }
}
