using Microsoft.Extensions.Logging;

namespace HybridLlm.AwsGpu.Storage;

/// <summary>Makes and completes the cluster's bucket. A second apply of the same plan changes nothing.</summary>
public sealed class BucketProvisioner
{
    private readonly AwsClients _clients;
    private readonly ILogger<BucketProvisioner> _logger;

    /// <summary>Keeps the connection; asks nothing yet.</summary>
    /// <param name="clients">Connection to AWS.</param>
    public BucketProvisioner(AwsClients clients)
    {
        ArgumentNullException.ThrowIfNull(clients);
        _clients = clients;
        _logger = clients.Logger<BucketProvisioner>();
    }

    /// <summary>What <see cref="ApplyAsync"/> would have to do now. Reads only.</summary>
    /// <param name="spec">The bucket wanted.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    /// <exception cref="InvalidSpecException">The bucket exists and its tags name another owner.</exception>
    /// <exception cref="AwsCallException">AWS refuses a read or does not answer.</exception>
    public async Task<BucketPlan> PlanAsync(BucketSpec spec, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var facts = await Port(spec).ReadAsync(cancellationToken).ConfigureAwait(false);
        return BucketPlanner.Plan(spec, facts);
    }

    /// <summary>Does the steps of <paramref name="plan"/> that are still missing.</summary>
    /// <param name="plan">The plan, as made by <see cref="PlanAsync"/>.</param>
    /// <param name="progress">Told each step when it is done; null tells nobody.</param>
    /// <param name="cancellationToken">Stops between calls; what is done stays done.</param>
    /// <returns>The bucket, ready for objects.</returns>
    /// <exception cref="PlanOutdatedException">More is missing now than the plan says.</exception>
    /// <exception cref="AwsCallException">AWS refuses a call or does not answer.</exception>
    public async Task<ObjectStore> ApplyAsync(
        BucketPlan plan,
        IProgress<BucketStep>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(plan);
        var missing = (await PlanAsync(plan.Spec, cancellationToken).ConfigureAwait(false)).Steps;
        List<string> unplanned = [.. missing.Except(plan.Steps).Select(s => s.ToString())];
        if (unplanned.Count > 0)
        {
            throw new PlanOutdatedException("The bucket plan", unplanned);
        }

        foreach (var step in missing)
        {
            await Port(plan.Spec).ApplyAsync(step, plan.Spec, cancellationToken).ConfigureAwait(false);
            Log.BucketStepDone(_logger, plan.Spec.Name, step);
            progress?.Report(step);
        }

        return new ObjectStore(_clients, plan.Spec.Region, plan.Spec.Name);
    }

    private BucketPort Port(BucketSpec spec) => new(_clients, spec.Region, spec.Name);
}
