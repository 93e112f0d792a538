using System.Text.Json.Nodes;
using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Resources;
using HybridLlm.Liqo.Steps;
using Microsoft.Extensions.Logging;

namespace HybridLlm.Liqo.Peering;

/// <summary>
/// On a provider: how far a consumer is let in. It writes what is wanted and does not wait, since Liqo tells nowhere when it has taken
/// effect.
/// </summary>
public sealed class TenantGate
{
    private const string Active = "Active";
    private const string Cordoned = "Cordoned";
    private const string Drained = "Drained";

    private readonly LiqoCluster _provider;
    private readonly ClusterPorts _ports;
    private readonly ILogger<TenantGate> _logger;

    /// <summary>Keeps the cluster; asks it nothing yet.</summary>
    /// <param name="provider">The cluster that lends its resources.</param>
    public TenantGate(LiqoCluster provider)
    {
        ArgumentNullException.ThrowIfNull(provider);
        _provider = provider;
        _ports = new ClusterPorts(consumer: null, provider.Port);
        _logger = provider.Logger<TenantGate>();
    }

    /// <summary>Grants the consumer nothing new; what it has, it keeps.</summary>
    /// <param name="consumerId">Id of the consumer.</param>
    public LiqoOperation Cordon(string consumerId) =>
        Condition(consumerId, "the cordon", Cordoned, [Active], "grants the consumer nothing new");

    /// <summary>Ends a cordon.</summary>
    /// <param name="consumerId">Id of the consumer.</param>
    public LiqoOperation Uncordon(string consumerId) =>
        Condition(consumerId, "the end of the cordon", Active, [Cordoned], "grants the consumer what it asks again");

    /// <summary>
    /// Takes everything from the consumer at once: its slices, its namespaces with all pods in them, and its rights. The consumer's
    /// own objects stay and can no longer be given back in agreement; before that, unpeer.
    /// </summary>
    /// <param name="consumerId">Id of the consumer.</param>
    public LiqoOperation Drain(string consumerId) =>
        Condition(consumerId, "the drain", Drained, [Active, Cordoned], "takes everything from the consumer");

    /// <summary>
    /// Gives a drained consumer its rights back. What it had borrowed does not come back by itself (Liqo 1.2): delete its slices on the
    /// consumer and ask again.
    /// </summary>
    /// <param name="consumerId">Id of the consumer.</param>
    public LiqoOperation Activate(string consumerId) =>
        Condition(consumerId, "the activation", Active, [Cordoned, Drained], "gives the consumer its rights");

    /// <summary>Lets no new pods into one slice of the consumer; those there stay.</summary>
    /// <param name="consumerId">Id of the consumer.</param>
    /// <param name="sliceName">Name of the slice.</param>
    public LiqoOperation CordonSlice(string consumerId, string sliceName) =>
        Slice(consumerId, sliceName, "the cordon", isCordoned: true);

    /// <summary>Lets new pods into a slice again.</summary>
    /// <param name="consumerId">Id of the consumer.</param>
    /// <param name="sliceName">Name of the slice.</param>
    public LiqoOperation UncordonSlice(string consumerId, string sliceName) =>
        Slice(consumerId, sliceName, "the end of the cordon", isCordoned: false);

    private LiqoOperation Condition(string consumerId, string name, string wanted, string[] from, string purpose)
    {
        ArgumentException.ThrowIfNullOrEmpty(consumerId);
        Target tenants = new(
            ClusterSide.Provider,
            new Selection(Kinds.Tenant) { Fields = $"metadata.name={consumerId}" }
        );
        return Operation(
            $"{name} of tenant '{consumerId}'",
            tenants,
            world => Plan(world, consumerId, wanted, from, purpose)
        );
    }

    /// <summary>The write that is missing for a tenant to be in a condition.</summary>
    /// <exception cref="LiqoRefusedException">There is no such tenant, or it is in none of the conditions this may begin from.</exception>
    internal static IReadOnlyList<PlannedStep> Plan(
        World world,
        string consumerId,
        string wanted,
        string[] from,
        string purpose
    )
    {
        var tenant = Only(world.All(ClusterSide.Provider, Kinds.Tenant), $"tenant '{consumerId}'");
        var now = tenant.Spec?.TenantCondition ?? Active;
        if (now == wanted)
        {
            return [];
        }

        JsonObject patch = new() { ["spec"] = new JsonObject { ["tenantCondition"] = wanted } };
        return from.Contains(now)
            ? [Update(Kinds.Tenant, tenant, patch, purpose)]
            : throw new LiqoRefusedException(
                LiqoRefusal.TenantCordoned,
                $"Tenant '{consumerId}' is {now}, from which it cannot become {wanted} this way.",
                "A drained tenant is activated first."
            );
    }

    private LiqoOperation Slice(string consumerId, string sliceName, string name, bool isCordoned)
    {
        ArgumentException.ThrowIfNullOrEmpty(consumerId);
        ArgumentException.ThrowIfNullOrEmpty(sliceName);
        Target replicas = new(
            ClusterSide.Provider,
            new Selection(Kinds.ResourceSlice)
            {
                Labels = $"{LiqoNames.RemoteClusterId}={consumerId},{LiqoNames.Replicated}=true",
            }
        );
        return Operation(
            $"{name} of slice '{sliceName}' of '{consumerId}'",
            replicas,
            world =>
            {
                var slice = Only(
                    world.All(ClusterSide.Provider, Kinds.ResourceSlice).Where(s => s.Name == sliceName),
                    $"slice '{sliceName}' of '{consumerId}'"
                );
                if ((slice.Annotation(LiqoNames.SliceCordon) == "true") == isCordoned)
                {
                    return [];
                }

                JsonObject annotations = new() { [LiqoNames.SliceCordon] = isCordoned ? "true" : null };
                JsonObject patch = new() { ["metadata"] = new JsonObject { ["annotations"] = annotations } };
                return
                [
                    Update(Kinds.ResourceSlice, slice, patch, isCordoned ? "lets no new pods in" : "lets new pods in"),
                ];
            }
        );
    }

    private LiqoOperation Operation(string name, Target target, StepPlanner planner) =>
        new(
            name,
            _ports,
            _provider.Time,
            _logger,
            async token =>
                (await new WorldReader(_ports).ReadAsync(World.Empty, [target], token).ConfigureAwait(false), planner)
        );

    private static UpdateStep Update(ResourceKind kind, ClusterObject there, JsonObject patch, string purpose) =>
        new(ObjectKey.Of(ClusterSide.Provider, kind, there), patch, purpose);

    private static T Only<T>(IEnumerable<T> found, string what)
        where T : ClusterObject =>
        found.FirstOrDefault()
        ?? throw new LiqoRefusedException(
            LiqoRefusal.TenantMissing,
            $"The provider has no {what}.",
            "Give the id of a consumer that is peered with this cluster; ClusterInspector lists them."
        );
}
