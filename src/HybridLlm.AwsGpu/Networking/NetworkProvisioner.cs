using Microsoft.Extensions.Logging;

namespace HybridLlm.AwsGpu.Networking;

/// <summary>
/// Makes and completes the cluster's network. Applying a plan twice changes nothing the second time; an apply that was
/// cut off is completed by the next one.
/// </summary>
public sealed class NetworkProvisioner
{
    private readonly AwsClients _clients;
    private readonly ILogger<NetworkProvisioner> _logger;

    /// <summary>Keeps the connection; asks nothing yet.</summary>
    /// <param name="clients">Connection to AWS.</param>
    public NetworkProvisioner(AwsClients clients)
    {
        ArgumentNullException.ThrowIfNull(clients);
        _clients = clients;
        _logger = clients.Logger<NetworkProvisioner>();
    }

    /// <summary>What <see cref="ApplyAsync"/> would have to do now. Reads only.</summary>
    /// <param name="spec">The network wanted.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    /// <exception cref="InvalidSpecException">The spec cannot be, or contradicts the network that exists.</exception>
    /// <exception cref="AwsCallException">AWS refuses a read or does not answer.</exception>
    public async Task<NetworkPlan> PlanAsync(NetworkSpec spec, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return NetworkPlanner.Plan(spec, await ReadFactsAsync(spec, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Does the steps of <paramref name="plan"/> that are still missing, independent ones in parallel.</summary>
    /// <param name="plan">The plan, as made by <see cref="PlanAsync"/>.</param>
    /// <param name="progress">Told each step when it is done; null tells nobody.</param>
    /// <param name="cancellationToken">Stops between calls; what is done stays done.</param>
    /// <exception cref="PlanOutdatedException">More is missing now than the plan says.</exception>
    /// <exception cref="AwsCallException">AWS refuses a call or does not answer.</exception>
    public async Task<Network> ApplyAsync(
        NetworkPlan plan,
        IProgress<NetworkStep>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(plan);
        var facts = await ReadFactsAsync(plan.Spec, cancellationToken).ConfigureAwait(false);
        var missing = NetworkPlanner.Plan(plan.Spec, facts).Steps;
        List<string> unplanned = [.. missing.Except(plan.Steps).Select(s => s.ToString())];
        if (unplanned.Count > 0)
        {
            throw new PlanOutdatedException("The network plan", unplanned);
        }

        NetworkApplier applier = new(new NetworkPort(_clients, plan.Spec), new NetworkParts(plan.Spec, facts));
        foreach (var wave in missing.GroupBy(s => NetworkApplier.WaveOf(s.Kind)).OrderBy(w => w.Key))
        {
            await Task.WhenAll(
                    wave.Select(async step =>
                    {
                        await applier.ApplyAsync(step, cancellationToken).ConfigureAwait(false);
                        Log.NetworkStepDone(_logger, plan.Spec.Region, step);
                        progress?.Report(step);
                    })
                )
                .ConfigureAwait(false);
        }

        return applier.Network(plan.Spec);
    }

    /// <summary>The network as it stands; null while any part of it is missing. Reads only.</summary>
    /// <param name="spec">The network wanted.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    /// <exception cref="InvalidSpecException">The spec cannot be, or contradicts the network that exists.</exception>
    /// <exception cref="AwsCallException">AWS refuses a read or does not answer.</exception>
    public async Task<Network?> ReadAsync(NetworkSpec spec, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var facts = await ReadFactsAsync(spec, cancellationToken).ConfigureAwait(false);
        return NetworkPlanner.Plan(spec, facts).Steps.Count == 0
            ? new NetworkApplier(new NetworkPort(_clients, spec), new NetworkParts(spec, facts)).Network(spec)
            : null;
    }

    private Task<NetworkFacts> ReadFactsAsync(NetworkSpec spec, CancellationToken cancellationToken) =>
        new NetworkFactsReader(_clients, spec).ReadAsync(cancellationToken);
}
