using Microsoft.Extensions.Logging;

namespace HybridLlm.AwsGpu.Fleets;

/// <summary>
/// Makes the lighthouse, and makes it anew when its instance has ended, or runs and has failed EC2's status checks for a while: the address stays, so nobody in the mesh notices
/// more than a pause.
/// </summary>
public sealed class LighthouseProvisioner
{
    private static readonly TimeSpan s_pollEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_longestStart = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_longestEnd = TimeSpan.FromMinutes(10);
    private readonly AwsClients _clients;
    private readonly ILogger<LighthouseProvisioner> _logger;

    /// <summary>Keeps the connection; asks nothing yet.</summary>
    /// <param name="clients">Connection to AWS.</param>
    public LighthouseProvisioner(AwsClients clients)
    {
        ArgumentNullException.ThrowIfNull(clients);
        _clients = clients;
        _logger = clients.Logger<LighthouseProvisioner>();
    }

    /// <summary>What <see cref="ApplyAsync"/> would have to do now. Reads only.</summary>
    /// <param name="spec">The lighthouse wanted.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    /// <exception cref="InvalidSpecException">The spec cannot be.</exception>
    /// <exception cref="AwsCallException">AWS refuses a read or does not answer.</exception>
    public async Task<LighthousePlan> PlanAsync(LighthouseSpec spec, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var facts = await new LighthousePort(_clients, spec).ReadAsync(cancellationToken).ConfigureAwait(false);
        return LighthousePlanner.Plan(spec, facts);
    }

    /// <summary>Does the steps of <paramref name="plan"/> that are still missing.</summary>
    /// <param name="plan">The plan, as made by <see cref="PlanAsync"/>.</param>
    /// <param name="userData">What a new instance runs first, 1–16,384 bytes; not used when none is launched.</param>
    /// <param name="progress">Told each step when it is done; null tells nobody.</param>
    /// <param name="cancellationToken">Stops between calls; what is done stays done.</param>
    /// <exception cref="InvalidSpecException">
    /// An instance is to be launched and the user data is empty or too large, or the attempt is that of the instance to be replaced.
    /// </exception>
    /// <exception cref="PlanOutdatedException">More is missing now than the plan says.</exception>
    /// <exception cref="AttemptSpentException">This attempt had its instance, and the instance has ended.</exception>
    /// <exception cref="AwsCallException">AWS refuses a call or does not answer.</exception>
    public async Task<Lighthouse> ApplyAsync(
        LighthousePlan plan,
        ReadOnlyMemory<byte> userData,
        IProgress<LighthouseStep>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(plan);
        LighthousePort port = new(_clients, plan.Spec);
        var facts = await port.ReadAsync(cancellationToken).ConfigureAwait(false);
        var missing = LighthousePlanner.Plan(plan.Spec, facts);
        List<string> unplanned = [.. missing.Steps.Except(plan.Steps).Select(s => s.ToString())];
        if (unplanned.Count > 0)
        {
            throw new PlanOutdatedException("The lighthouse plan", unplanned);
        }

        if (missing.Launches)
        {
            InvalidSpecException.ThrowIfAny(
                "The lighthouse",
                [UserData.Fault(userData), FaultOfAttempt(plan.Spec, facts)]
            );
        }

        if (missing.Steps.Contains(LighthouseStep.EndImpaired))
        {
            await EndAsync(port, plan.Spec, facts.Instance!.InstanceId, cancellationToken).ConfigureAwait(false);
            facts = facts with { Instance = null };
            Report(LighthouseStep.EndImpaired);
        }

        var address = facts.Address ?? await port.AllocateAddressAsync(cancellationToken).ConfigureAwait(false);
        Report(LighthouseStep.AllocateAddress);
        var instanceId =
            facts.Instance?.InstanceId
            ?? await LaunchAsync(port, plan.Spec, facts, userData, cancellationToken).ConfigureAwait(false);
        Report(LighthouseStep.LaunchInstance);
        if (address.InstanceId != instanceId)
        {
            await WaitUntilRunningAsync(port, plan.Spec, instanceId, cancellationToken).ConfigureAwait(false);
            await port.AssociateAddressAsync(address.AllocationId, instanceId, cancellationToken).ConfigureAwait(false);
        }

        Report(LighthouseStep.AssociateAddress);
        return new Lighthouse(instanceId, address.PublicIp);

        void Report(LighthouseStep step)
        {
            if (missing.Steps.Contains(step))
            {
                Log.LighthouseStepDone(_logger, plan.Spec.Region, step);
                progress?.Report(step);
            }
        }
    }

    /// <summary>EC2 would answer the token of the impaired instance with that instance, and nothing would be launched.</summary>
    private static string? FaultOfAttempt(LighthouseSpec spec, LighthouseFacts facts) =>
        facts.Instance?.ClientToken == spec.Owner.ClientToken("lighthouse", spec.IntentId, spec.Attempt)
            ? $"attempt {spec.Attempt} of {spec.IntentId} made {facts.Instance.InstanceId}, which is to be replaced; take the next number"
            : null;

    private async Task EndAsync(
        LighthousePort port,
        LighthouseSpec spec,
        string instanceId,
        CancellationToken cancellationToken
    )
    {
        await port.EndAsync(instanceId, cancellationToken).ConfigureAwait(false);
        // Two lighthouses of one mesh address would take each other's packets.
        if (
            !await new ClusterInstances(_clients, spec.Owner, spec.Region)
                .WaitForTerminatedAsync([instanceId], s_longestEnd, cancellationToken)
                .ConfigureAwait(false)
        )
        {
            throw new LaunchFailedException(
                spec.Region,
                instanceId,
                await port.FindAsync(instanceId, cancellationToken).ConfigureAwait(false)
            );
        }
    }

    private static async Task<string> LaunchAsync(
        LighthousePort port,
        LighthouseSpec spec,
        LighthouseFacts facts,
        ReadOnlyMemory<byte> userData,
        CancellationToken cancellationToken
    )
    {
        var instanceId = await port.LaunchAsync(userData, cancellationToken).ConfigureAwait(false);

        // EC2 answers a token it knows with the instance of that time, ended or not.
        return facts.EndedIds.Contains(instanceId)
            ? throw new AttemptSpentException(spec.IntentId, spec.Attempt, instanceId)
            : instanceId;
    }

    /// <summary>EC2 refuses to give an address to an instance that is still pending.</summary>
    private async Task WaitUntilRunningAsync(
        LighthousePort port,
        LighthouseSpec spec,
        string instanceId,
        CancellationToken cancellationToken
    )
    {
        var giveUp = _clients.Time.GetUtcNow() + s_longestStart;
        while (true)
        {
            var instance = await port.FindAsync(instanceId, cancellationToken).ConfigureAwait(false);
            if (instance?.Phase == InstancePhase.Running)
            {
                return;
            }

            if (instance?.IsAlive == false || _clients.Time.GetUtcNow() >= giveUp)
            {
                throw new LaunchFailedException(spec.Region, instanceId, instance);
            }

            await Task.Delay(s_pollEvery, _clients.Time, cancellationToken).ConfigureAwait(false);
        }
    }
}
