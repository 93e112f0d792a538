using System.Security.Cryptography.X509Certificates;
using HybridLlm.Testing.Ec2.Catalogue;
using HybridLlm.Testing.Ec2.Instances;
using HybridLlm.Testing.Ec2.Protocol;
using HybridLlm.Testing.Imds;
using HybridLlm.Testing.S3;
using HybridLlm.Testing.Simulation;
using HybridLlm.Testing.Sqs;
using Microsoft.AspNetCore.Http;

namespace HybridLlm.Testing.Ec2;

/// <summary>
/// An AWS account on 127.0.0.1: EC2, S3 (path style), queues of SQS, public parameters of SSM, who-am-I of STS and the instances' metadata service, driven by the
/// unmodified AWS SDK. State lives in memory; time is whatever <see cref="EmulatedCloudOptions.Time"/> says.
/// </summary>
/// <remarks>
/// Header signatures are checked for key and content, not for date: the SDK signs by the machine's clock, the emulator
/// may live in another time. Presigned URLs are checked in full, by the emulator's clock. What a call asks for and the
/// emulator does not do is answered with HTTP 500 and the code <c>EmulatorGap</c>, never ignored.
/// </remarks>
public sealed class EmulatedCloud : IAsyncDisposable
{
    private readonly CloudState _cloud;
    private readonly LoopbackServer _server;

    private EmulatedCloud(CloudState cloud, LoopbackServer server)
    {
        _cloud = cloud;
        _server = server;
    }

    /// <summary>Regions of the embedded record, by name.</summary>
    public static IReadOnlyList<string> Regions => MarketRecord.Embedded.Zones.Regions;

    /// <summary>Regions this account has, by name: <see cref="Regions"/>, or those of <see cref="EmulatedCloudOptions.DataFolder"/>.</summary>
    public IReadOnlyList<string> EnabledRegions => _cloud.Offers.Zones.Regions;

    /// <summary>Service URL for every client of every service, e.g. <c>http://127.0.0.1:41235/</c>.</summary>
    public Uri Endpoint => _server.Endpoint;

    /// <summary>The access key that is accepted.</summary>
    public string AccessKey => _cloud.Options.AccessKey;

    /// <summary>Its secret.</summary>
    public string SecretKey => _cloud.Options.SecretKey;

    /// <summary>The account, 12 digits.</summary>
    public string AccountId => _cloud.Options.AccountId;

    /// <summary>The clock everything follows.</summary>
    public TimeProvider Time => _cloud.Time;

    /// <summary>Capacity of the pools.</summary>
    public EmulatedCapacity Capacity => _cloud.Capacity;

    /// <summary>Spot and on-demand prices.</summary>
    public EmulatedPrices Prices => _cloud.Prices;

    /// <summary>Limits of the account.</summary>
    public EmulatedQuotas Quotas => _cloud.Quotas;

    /// <summary>Failures, throttling and delays on purpose.</summary>
    public EmulatedFaults Faults => _cloud.Faults;

    /// <summary>Every call so far, oldest first; not those of the metadata service.</summary>
    public IReadOnlyList<EmulatedCall> Calls
    {
        get
        {
            lock (_cloud.Gate)
            {
                return [.. _cloud.CallLog];
            }
        }
    }

    /// <summary>Every instance that EC2 still shows, oldest first in each region; terminated ones for about an hour.</summary>
    public IReadOnlyList<EmulatedInstance> Instances
    {
        get
        {
            lock (_cloud.Gate)
            {
                _cloud.Settle();
                return [.. _cloud.Regions.SelectMany(r => r.All<Instance>()).Select(Show)];
            }
        }
    }

    /// <summary>Opens the account on a free port of 127.0.0.1.</summary>
    /// <param name="options">How it behaves; null takes the defaults.</param>
    /// <param name="cancellationToken">Gives up opening.</param>
    public static async Task<EmulatedCloud> StartAsync(
        EmulatedCloudOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        CloudState cloud = new(options ?? new EmulatedCloudOptions());
        QueryEndpoint query = new(cloud);
        S3Endpoint s3 = new(cloud);
        ImdsEndpoint imds = new(cloud);
        JsonEndpoint json = new(cloud);
        var server = await LoopbackServer
            .StartAsync(context => AnswerAsync(context, query, s3, imds, json), cancellationToken)
            .ConfigureAwait(false);
        cloud.Endpoint = server.Endpoint;
        return new EmulatedCloud(cloud, server);
    }

    /// <summary>EC2 takes a spot instance back.</summary>
    /// <param name="instanceId">A pending or running spot instance.</param>
    /// <param name="withNotice">
    /// True announces it (metadata service, spot request status) and terminates two minutes of the emulator's clock later;
    /// false terminates at once.
    /// </param>
    /// <exception cref="ArgumentException">No such instance, or it is not spot, or it no longer runs.</exception>
    public async Task InterruptAsync(string instanceId, bool withNotice)
    {
        Task off;
        lock (_cloud.Gate)
        {
            off = InstanceLife.Interrupt(FindSpot(instanceId), withNotice);
        }

        await off.ConfigureAwait(false);
    }

    /// <summary>EC2 gives up an instance before it runs: its capacity has gone between the launch and the boot.</summary>
    /// <param name="instanceId">A pending instance.</param>
    /// <exception cref="ArgumentException">No such instance, or it is no longer pending.</exception>
    public async Task FailBootAsync(string instanceId)
    {
        Task off;
        lock (_cloud.Gate)
        {
            var instance = _cloud.Regions.SelectMany(r => r.All<Instance>()).FirstOrDefault(i => i.Id == instanceId);
            off = instance is { State: InstanceState.Pending }
                ? InstanceLife.Terminate(instance, StateReason.NoCapacity)
                : throw new ArgumentException($"'{instanceId}' is not a pending instance.", nameof(instanceId));
        }

        await off.ConfigureAwait(false);
    }

    /// <summary>EC2 recommends to move away from a spot instance; nothing else happens to it.</summary>
    /// <param name="instanceId">A pending or running spot instance.</param>
    /// <exception cref="ArgumentException">No such instance, or it is not spot, or it no longer runs.</exception>
    public void Rebalance(string instanceId)
    {
        lock (_cloud.Gate)
        {
            var instance = FindSpot(instanceId);
            instance.RebalanceNoticed ??= _cloud.Now;
            InstanceEvents.Recommend(instance);
        }
    }

    /// <summary>Makes a queue that a rule of EventBridge sends EC2's events about instances to; one that is there already is kept.</summary>
    /// <param name="region">Region name.</param>
    /// <param name="name">Name of the queue.</param>
    /// <param name="tags">Tags it carries; null for none.</param>
    public void AddInterruptionQueue(string region, string name, IReadOnlyDictionary<string, string>? tags = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(region);
        ArgumentException.ThrowIfNullOrEmpty(name);
        lock (_cloud.Gate)
        {
            _cloud.Queues.Rule(region, name);
            foreach (var (key, value) in tags ?? new Dictionary<string, string>())
            {
                _cloud.Queues.Find(region, name).Tags[key] = value;
            }
        }
    }

    /// <summary>Makes an instance fail EC2's status checks, or pass them again; it runs on all the same.</summary>
    /// <param name="instanceId">A running instance.</param>
    /// <param name="impaired">Whether it fails them from now on.</param>
    /// <exception cref="ArgumentException">No such instance, or it does not run.</exception>
    public void Impair(string instanceId, bool impaired = true)
    {
        lock (_cloud.Gate)
        {
            var instance = _cloud.Regions.SelectMany(r => r.All<Instance>()).FirstOrDefault(i => i.Id == instanceId);
            if (instance is not { State: InstanceState.Running })
            {
                throw new ArgumentException($"'{instanceId}' is not a running instance.", nameof(instanceId));
            }

            instance.ImpairedSince = impaired ? instance.ImpairedSince ?? _cloud.Now : null;
        }
    }

    /// <summary>What AWS would charge up to now.</summary>
    public EmulatedBill Bill()
    {
        lock (_cloud.Gate)
        {
            _cloud.Settle();
            return new EmulatedBill { AsOf = _cloud.Now, Lines = [.. _cloud.Meter.Lines(_cloud.Now)] };
        }
    }

    /// <summary>
    /// Everything that exists in every region; not the mere records of what is gone (terminated instances, deleted fleets,
    /// closed spot requests).
    /// </summary>
    public IReadOnlyList<EmulatedResource> Snapshot()
    {
        lock (_cloud.Gate)
        {
            _cloud.Settle();
            var resources = _cloud.Regions.SelectMany(region =>
                region
                    .All<Resource>()
                    .Where(r => !r.IsGone)
                    .Select(r => Show("ec2", region.Name, r.ResourceKind.Type, r.Id, r.StateName, r.Tags))
            );
            return
            [
                .. resources,
                .. _cloud.Buckets.All.Select(b => Show("s3", b.Region, "bucket", b.Name, null, b.Tags)),
                .. _cloud.Queues.All.Select(q => Show("sqs", q.Region, "queue", q.Queue.Name, null, q.Queue.Tags)),
            ];
        }
    }

    /// <summary>The certificate that verifies the <c>rsa2048</c> identity signatures of a region's instances.</summary>
    /// <param name="region">Region name.</param>
    /// <returns>A certificate without private key; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">The emulator has no such region.</exception>
    public X509Certificate2 IdentityCertificate(string region) =>
        EnabledRegions.Contains(region)
            ? _cloud.Identity.Certificate(region)
            : throw new ArgumentException($"The emulator has no region '{region}'.", nameof(region));

    /// <summary>Takes the power from every machine, waits for what ran on them, and closes the port.</summary>
    public async ValueTask DisposeAsync()
    {
        List<Task> ends;
        lock (_cloud.Gate)
        {
            _cloud.Agenda.Dispose();
            var guests = _cloud.Regions.SelectMany(r => r.All<Instance>()).Select(i => i.Guest).OfType<GuestRun>();
            ends = [.. guests.SelectMany(g => new[] { g.PowerOff(), g.Work })];
        }

        await Task.WhenAll(ends).ConfigureAwait(false);
        await _server.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task AnswerAsync(
        HttpContext context,
        QueryEndpoint query,
        S3Endpoint s3,
        ImdsEndpoint imds,
        JsonEndpoint json
    )
    {
        var request = await RawRequest.ReadAsync(context).ConfigureAwait(false);
        var isQuery = request is { Method: "POST", RawPath: "/" };
        var reply =
            ImdsEndpoint.IsMeant(request) ? imds.Answer(request)
            : JsonEndpoint.IsMeant(request)
                ? await json.AnswerAsync(request, context.RequestAborted).ConfigureAwait(false)
            : isQuery ? query.Answer(request)
            : s3.Answer(request);
        if (reply is null)
        {
            context.Abort();
            return;
        }

        await reply.WriteAsync(context).ConfigureAwait(false);
    }

    private static EmulatedInstance Show(Instance instance) =>
        new()
        {
            InstanceId = instance.Id,
            Region = instance.Region.Name,
            Zone = instance.Zone.Name,
            InstanceType = instance.Type.Name,
            Market = instance.Market,
            State = instance.StateName,
            StateReason = instance.Reason?.Code,
            LaunchTime = instance.LaunchTime,
            PrivateIp = instance.Interface.PrivateIp,
            PublicIp = instance.Interface.PublicIp,
            Tags = Copy(instance.Tags),
            GuestFailures = [.. instance.GuestFailures],
        };

    private static EmulatedResource Show(
        string service,
        string region,
        string type,
        string id,
        string? state,
        SortedDictionary<string, string> tags
    ) =>
        new()
        {
            Service = service,
            Region = region,
            Type = type,
            Id = id,
            State = state,
            Tags = Copy(tags),
        };

    private static SortedDictionary<string, string> Copy(SortedDictionary<string, string> tags) =>
        new(tags, StringComparer.Ordinal);

    private Instance FindSpot(string instanceId) =>
        _cloud.Regions.SelectMany(r => r.All<Instance>()).FirstOrDefault(i => i.Id == instanceId)
            is { Spot: not null, State: InstanceState.Pending or InstanceState.Running } instance
            ? instance
            : throw new ArgumentException(
                $"'{instanceId}' is not a pending or running spot instance.",
                nameof(instanceId)
            );
}
