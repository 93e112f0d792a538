using System.Collections.Immutable;
using HybridLlm.Testing.Kubernetes.Access;
using HybridLlm.Testing.Kubernetes.Admission;
using HybridLlm.Testing.Kubernetes.Genuine;
using HybridLlm.Testing.Kubernetes.Kinds;
using HybridLlm.Testing.Kubernetes.Objects;
using HybridLlm.Testing.Kubernetes.Serving;
using HybridLlm.Testing.Kubernetes.Storage;
using HybridLlm.Testing.Simulation;

namespace HybridLlm.Testing.Kubernetes;

/// <summary>What the parts of an emulated cluster share.</summary>
internal sealed class ClusterState
{
    public ClusterState(EmulatedClusterOptions options, ClusterAuthorities authorities)
    {
        Options = options;
        Authorities = authorities;
        Time = options.ClockSkew == TimeSpan.Zero ? options.Time : new SkewedClock(options.Time, options.ClockSkew);
        Authenticator = new Authenticator(authorities, options.Time);
        Access = new RoleBasedAccess(Store);
        Faults = new ClusterFaults(this);
    }

    public EmulatedClusterOptions Options { get; }

    public ClusterAuthorities Authorities { get; }

    public Authenticator Authenticator { get; }

    public RoleBasedAccess Access { get; }

    public ClusterFaults Faults { get; }

    public CallLog Calls { get; } = new();

    public ObjectStore Store { get; } = new();

    public KindRegistry Kinds { get; } = new();

    /// <summary>The real API server that takes the writes; null when they are emulated too.</summary>
    public GenuineServer? Genuine { get; set; }

    /// <summary>What looks at writes before they are stored, as admission webhooks do.</summary>
    public ImmutableList<IWebhook> Webhooks { get; private set; } = [];

    /// <summary>The cluster's own clock, which may go wrong.</summary>
    public TimeProvider Time { get; }

    public DateTimeOffset Now => Time.GetUtcNow();

    /// <summary>Lets a webhook look at writes from now on.</summary>
    public void Add(IWebhook webhook)
    {
        Webhooks = Webhooks.Add(webhook);
        if (Genuine is { } genuine)
        {
            new ClusterClient(this, webhook.Name).Create(genuine.Configuration(webhook));
        }
    }

    /// <summary>Now, as objects write it.</summary>
    public string NowText => Meta.Seconds(Now);
}
