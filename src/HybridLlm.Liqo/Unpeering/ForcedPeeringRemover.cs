using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Steps;
using Microsoft.Extensions.Logging;

namespace HybridLlm.Liqo.Unpeering;

/// <summary>
/// Ends a peering whose provider vanished, and leaves nothing of it on the consumer. It works with the consumer alone, is
/// bounded in time, and completes one that was cut off. An offloaded namespace stays offloaded and waits for another
/// provider; volumes that lay on the virtual node are lost with it and stay to be deleted by hand.
/// </summary>
public sealed class ForcedPeeringRemover
{
    private const int Probes = 3;
    private static readonly TimeSpan s_probeLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_probePause = TimeSpan.FromSeconds(2);

    private readonly LiqoCluster _consumer;
    private readonly ClusterConnection? _provider;
    private readonly ClusterPorts _ports;
    private readonly ILogger<ForcedPeeringRemover> _logger;

    /// <summary>Keeps the cluster; asks it nothing yet.</summary>
    /// <param name="consumer">The cluster that used the other's resources.</param>
    /// <param name="provider">
    /// A way to the provider to prove its death by: while it answers, the removal is refused. Null relies on the consumer's
    /// own pings.
    /// </param>
    public ForcedPeeringRemover(LiqoCluster consumer, ClusterConnection? provider = null)
    {
        ArgumentNullException.ThrowIfNull(consumer);
        _consumer = consumer;
        _provider = provider;
        _ports = new ClusterPorts(consumer.Port, provider: null);
        _logger = consumer.Logger<ForcedPeeringRemover>();
    }

    /// <summary>What <see cref="ApplyAsync"/> would have to do now. Reads only.</summary>
    /// <param name="spec">What is to end.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    /// <exception cref="InvalidSpecException">The spec cannot be.</exception>
    /// <exception cref="LiqoRefusedException">The provider answers.</exception>
    /// <exception cref="KubernetesCallException">The consumer refuses a read.</exception>
    /// <exception cref="ClusterUnreachableException">The consumer does not answer.</exception>
    public async Task<ForcedRemovalPlan> PlanAsync(
        ForcedRemovalSpec spec,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(spec);
        InvalidSpecException.ThrowIfAny("The forced removal", spec.Faults());
        await EnsureGoneAsync(spec, cancellationToken).ConfigureAwait(false);
        var facts = await ReadFactsAsync(spec, cancellationToken).ConfigureAwait(false);
        return new ForcedRemovalPlan(spec, [.. ForcedRemovalPlanner.Plan(spec, facts).Select(s => s.Publish())]);
    }

    /// <summary>Undoes what <paramref name="plan"/> is about and waits until nothing is left.</summary>
    /// <param name="plan">The plan, as made by <see cref="PlanAsync"/>.</param>
    /// <param name="progress">Told each step when it is done; null tells nobody.</param>
    /// <param name="cancellationToken">Stops between calls; what is done stays done.</param>
    /// <exception cref="LiqoRefusedException">The provider answers.</exception>
    /// <exception cref="WaitTimedOutException">Something is held by finalizers that are not Liqo's to a vanished provider.</exception>
    /// <exception cref="ContestedObjectException">Somebody undoes what is written.</exception>
    /// <exception cref="KubernetesCallException">The consumer refuses a call.</exception>
    /// <exception cref="ClusterUnreachableException">The consumer does not answer.</exception>
    public async Task<ForcedRemovalReport> ApplyAsync(
        ForcedRemovalPlan plan,
        IProgress<LiqoStep>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(plan);
        await EnsureGoneAsync(plan.Spec, cancellationToken).ConfigureAwait(false);
        StepRecorder recorder = new(progress);
        StepRunner runner = new(_ports, _consumer.Time, _logger, recorder);

        // Liqo may still have been making something of a peering that broke off just before: it is looked for until nothing is there.
        while (
            await ReadFactsAsync(plan.Spec, cancellationToken).ConfigureAwait(false) is var facts
            && ForcedRemovalPlanner.Plan(plan.Spec, facts) is not []
        )
        {
            await runner
                .RunAsync(
                    facts.World,
                    seen => ForcedRemovalPlanner.Plan(plan.Spec, facts with { World = seen }),
                    agreed: null,
                    "The forced removal",
                    cancellationToken
                )
                .ConfigureAwait(false);
        }

        return new ForcedRemovalReport(plan.Spec.ProviderId, recorder.Steps);
    }

    /// <summary>A single failure proves nothing, a single answer proves life.</summary>
    private async Task EnsureGoneAsync(ForcedRemovalSpec spec, CancellationToken cancellationToken)
    {
        if (_provider is null || spec.IsKnownGone)
        {
            return;
        }

        for (var probe = 1; probe <= Probes; probe++)
        {
            if (await _provider.Port.AnswersAsync(s_probeLimit, cancellationToken).ConfigureAwait(false))
            {
                throw new LiqoRefusedException(
                    LiqoRefusal.ProviderAlive,
                    $"'{spec.ProviderId}' answers at {_provider.Server.Authority}, so it is not gone.",
                    "Unpeer with PeeringRemover."
                );
            }

            if (probe < Probes)
            {
                await Task.Delay(s_probePause, _consumer.Time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task<UnpeeringFacts> ReadFactsAsync(ForcedRemovalSpec spec, CancellationToken cancellationToken)
    {
        WorldReader reader = new(_ports);
        UnpeeringFacts facts = new()
        {
            ConsumerId = _consumer.Id,
            ProviderId = spec.ProviderId,
            World = await reader
                .ReadAsync(World.Empty, new PeeringObjects(spec.ProviderId).All, cancellationToken)
                .ConfigureAwait(false),
        };
        return facts with
        {
            World = await reader
                .ReadAsync(facts.World, [.. facts.PodTargets, .. facts.RangeTargets], cancellationToken)
                .ConfigureAwait(false),
        };
    }
}
