using System.Net;
using HybridLlm.AwsGpu;
using HybridLlm.Testing.Ec2;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace HybridLlm.EndToEnd.Tests;

/// <summary>
/// The wire between one controlling process and its AWS. It numbers the process's writes from 1, and at a chosen one the process
/// dies: none of its calls gets through or is answered from then on. What nodes ask for, by presigned addresses, always passes.
/// </summary>
internal sealed class ProcessWire : IAsyncDisposable
{
    private readonly EmulatedCloud _cloud;
    private readonly int _dieAt;
    private readonly bool _afterEffect;
    private readonly WebApplication _server;
    private readonly HttpClient _far = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
    private readonly TaskCompletionSource _died = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private readonly List<string> _writes = [];
    private volatile bool _dead;

    private ProcessWire(EmulatedCloud cloud, int dieAt, bool afterEffect)
    {
        _cloud = cloud;
        _dieAt = dieAt;
        _afterEffect = afterEffect;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        _server = builder.Build();
        _server.Run(PassAsync);
    }

    /// <summary>Ends when the process has died.</summary>
    public Task Died => _died.Task;

    /// <summary>Names of the process's writes, in the order they were made; the fatal one is the last.</summary>
    public IReadOnlyList<string> Writes
    {
        get
        {
            lock (_gate)
            {
                return [.. _writes];
            }
        }
    }

    /// <summary>The most GPUs that were rented at once. Only a write can add one, so they are counted after each.</summary>
    public int MostGpus { get; private set; }

    /// <summary>How many writes nodes made.</summary>
    public int NodeWrites { get; private set; }

    /// <summary>What the process takes for AWS.</summary>
    public Uri Endpoint => new(_server.Urls.Single());

    /// <summary>Lays a wire.</summary>
    /// <param name="cloud">The far end.</param>
    /// <param name="dieAt">Number of the fatal write; 0 for none.</param>
    /// <param name="afterEffect">False: the write is not made. True: it is made, and its answer is lost.</param>
    public static async Task<ProcessWire> LayAsync(EmulatedCloud cloud, int dieAt = 0, bool afterEffect = false)
    {
        ProcessWire wire = new(cloud, dieAt, afterEffect);
        await wire._server.StartAsync(TestContext.Current.CancellationToken);
        return wire;
    }

    /// <summary>GPU instances that are rented now.</summary>
    public static int Gpus(EmulatedCloud cloud) =>
        cloud.Instances.Count(i =>
            i.Tags.GetValueOrDefault(ResourceTags.Component) == ResourceComponents.Node
            && i.State is "pending" or "running"
        );

    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync(new CancellationToken(canceled: true));
        await _server.DisposeAsync();
        _far.Dispose();
    }

    private async Task PassAsync(HttpContext context)
    {
        RelayedCall call = await RelayedCall.ReadAsync(context, _cloud.Endpoint);
        var fatal = call.IsByProcess && call.Write is { } write && IsFatal(write);
        if (!_dead || !call.IsByProcess || (fatal && _afterEffect))
        {
            using var answer = await _far.SendAsync(call.Request);
            Count(call);
            if (!fatal && !(_dead && call.IsByProcess))
            {
                await RelayedCall.AnswerAsync(context, answer);
                return;
            }
        }

        if (fatal)
        {
            _died.SetResult();
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private bool IsFatal(string write)
    {
        lock (_gate)
        {
            if (_dead)
            {
                return false;
            }

            _writes.Add(write);
            return _dead = _writes.Count == _dieAt;
        }
    }

    private void Count(RelayedCall call)
    {
        lock (_gate)
        {
            NodeWrites += call is { IsByProcess: false, Write: not null } ? 1 : 0;
            MostGpus = Math.Max(MostGpus, Gpus(_cloud));
        }
    }
}
