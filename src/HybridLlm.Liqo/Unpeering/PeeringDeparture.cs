using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Steps;
using Microsoft.Extensions.Logging;

namespace HybridLlm.Liqo.Unpeering;

/// <summary>
/// Lets a provider go that will be taken away: cordon, end of its pods, unpeering in agreement as long as the budget lasts and the
/// provider answers, then by force. Either way nothing of the peering is left on the consumer.
/// </summary>
public sealed class PeeringDeparture
{
    private readonly LiqoCluster _consumer;
    private readonly LiqoCluster _provider;
    private readonly ClusterPorts _ports;
    private readonly ILogger<PeeringDeparture> _logger;

    /// <summary>Keeps the clusters; asks them nothing yet.</summary>
    /// <param name="consumer">The cluster that uses the other's resources.</param>
    /// <param name="provider">The cluster that will be taken away.</param>
    public PeeringDeparture(LiqoCluster consumer, LiqoCluster provider)
    {
        ArgumentNullException.ThrowIfNull(consumer);
        ArgumentNullException.ThrowIfNull(provider);
        _consumer = consumer;
        _provider = provider;
        _ports = new ClusterPorts(consumer.Port, provider.Port);
        _logger = consumer.Logger<PeeringDeparture>();
    }

    /// <summary>
    /// What would be done now as long as the provider answers and the budget lasts. Reads only. What force would add cannot be foreseen.
    /// </summary>
    /// <param name="spec">How long the provider may be talked with.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    /// <exception cref="InvalidSpecException">The spec cannot be.</exception>
    /// <exception cref="LiqoRefusedException">The provider does not answer the consumer.</exception>
    /// <exception cref="KubernetesCallException">A cluster refuses a read.</exception>
    /// <exception cref="ClusterUnreachableException">A cluster does not answer.</exception>
    public async Task<LiqoPlan> PlanAsync(DepartureSpec spec, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(spec);
        InvalidSpecException.ThrowIfAny("The departure spec", spec.Faults());
        var facts = await new PeeringRemover(_consumer, _provider)
            .ReadFactsAsync(cancellationToken)
            .ConfigureAwait(false);
        var steps = DeparturePlanner.Plan(spec, facts.WithPeersToCome());
        return new LiqoPlan($"the departure of '{_provider.Id}'", [.. steps.Select(s => s.Publish())]);
    }

    /// <summary>
    /// Lets the provider go. No plan is agreed to beforehand: there is no time, and the provider may vanish at any step. Doing so twice
    /// is fine, and one that was cut off is completed by the next.
    /// </summary>
    /// <param name="spec">How long the provider may be talked with.</param>
    /// <param name="progress">Told each step when it is done; null tells nobody.</param>
    /// <param name="cancellationToken">Stops between calls; what is done stays done.</param>
    /// <exception cref="InvalidSpecException">The spec cannot be.</exception>
    /// <exception cref="WaitTimedOutException">Something is held by finalizers that are not Liqo's to a vanished provider.</exception>
    /// <exception cref="KubernetesCallException">The consumer refuses a call.</exception>
    /// <exception cref="ClusterUnreachableException">The consumer does not answer.</exception>
    public async Task<DepartureReport> ApplyAsync(
        DepartureSpec spec,
        IProgress<LiqoStep>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(spec);
        InvalidSpecException.ThrowIfAny("The departure spec", spec.Faults());
        StepRecorder recorder = new(progress);
        if (await PartAsync(spec, recorder, cancellationToken).ConfigureAwait(false) is not { } because)
        {
            return new DepartureReport(_provider.Id, recorder.Steps, forcedBecause: null);
        }

        Log.GivenUp(_logger, _provider.Id, because);
        ForcedRemovalSpec force = new()
        {
            ProviderId = _provider.Id,
            IsKnownGone = true,
            Patience = spec.ForcePatience,
        };
        ForcedPeeringRemover remover = new(_consumer);
        await remover.ApplyAsync(new ForcedRemovalPlan(force, []), recorder, cancellationToken).ConfigureAwait(false);
        return new DepartureReport(_provider.Id, recorder.Steps, because);
    }

    /// <summary>Ends it in agreement; the reason when that came to nothing.</summary>
    private async Task<string?> PartAsync(
        DepartureSpec spec,
        StepRecorder recorder,
        CancellationToken cancellationToken
    )
    {
        using CancellationTokenSource budget = new(spec.Budget, _consumer.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, budget.Token);
        try
        {
            PeeringRemover remover = new(_consumer, _provider);
            await remover
                .RunAsync(
                    await remover.ReadFactsAsync(either.Token).ConfigureAwait(false),
                    seen => DeparturePlanner.Plan(spec, seen),
                    agreed: null,
                    new StepRunner(_ports, _consumer.Time, _logger, recorder),
                    either.Token
                )
                .ConfigureAwait(false);
            return null;
        }
        catch (OperationCanceledException)
            when (budget.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return $"the budget of {spec.Budget.TotalSeconds:0} s is used up";
        }
        catch (LiqoException lost)
        {
            return lost.Message;
        }
    }
}
