using System.Diagnostics.CodeAnalysis;

namespace HybridLlm.Testing.Ec2.Instances;

/// <summary>One run of a guest, from power-on to power-off.</summary>
[SuppressMessage(
    "Design",
    "CA1001",
    Justification = "A source without timer or linked tokens holds nothing to dispose, and may be cancelled after the guest ended."
)]
internal sealed class GuestRun
{
    private readonly CancellationTokenSource _power = new();

    /// <summary>Starts the guest that the options choose. Nothing of it runs in the caller, which holds the cloud's lock.</summary>
    public GuestRun(Instance instance, Func<InstanceGuest, IInstanceGuest?> choose) =>
        Work = Task.Run(() => LiveAsync(instance, choose, _power.Token), CancellationToken.None);

    /// <summary>Ends when the guest does; never fails.</summary>
    public Task Work { get; }

    /// <summary>Takes the power away; ends when everything that waited for it has heard.</summary>
    public Task PowerOff() => _power.CancelAsync();

    private static async Task LiveAsync(
        Instance instance,
        Func<InstanceGuest, IInstanceGuest?> choose,
        CancellationToken poweredOff
    )
    {
        try
        {
            InstanceGuest machine = new(instance);
            if (choose(machine) is { } guest)
            {
                await guest.RunAsync(machine, poweredOff).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (poweredOff.IsCancellationRequested)
        {
            // The power went away; that is how most guests end.
        }
        catch (Exception failure)
        {
            lock (instance.Region.Cloud.Gate)
            {
                instance.GuestFailures.Add(failure);
            }
        }
    }
}
