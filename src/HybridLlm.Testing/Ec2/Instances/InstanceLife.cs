using HybridLlm.Testing.Ec2.Billing;
using HybridLlm.Testing.Ec2.Networking;
using HybridLlm.Testing.Ec2.Protocol;
using HybridLlm.Testing.Ec2.Volumes;
using HybridLlm.Testing.Sqs;

namespace HybridLlm.Testing.Ec2.Instances;

/// <summary>
/// The states of an instance in the emulator's time: pending, running, then stopping and stopped or shutting-down and
/// terminated. Every method runs under the cloud's lock.
/// </summary>
internal static class InstanceLife
{
    /// <summary>What EC2 announces before it takes a spot instance back.</summary>
    public static TimeSpan InterruptionNotice { get; } = TimeSpan.FromMinutes(2);

    /// <summary>Powers on a pending instance.</summary>
    public static void Boot(Instance instance)
    {
        var cloud = instance.Region.Cloud;
        instance.State = InstanceState.Pending;
        instance.LaunchTime = cloud.Now;
        instance.Reason = null;
        var launch = instance.LaunchTime;
        cloud.Agenda.In(
            cloud.Options.BootTime,
            () =>
            {
                if (instance.State == InstanceState.Pending && instance.LaunchTime == launch)
                {
                    Run(instance);
                }
            }
        );
    }

    /// <summary>Starts a stopped instance.</summary>
    public static void Start(Instance instance)
    {
        if (instance.State is InstanceState.Running or InstanceState.Pending)
        {
            return;
        }

        if (instance.State != InstanceState.Stopped)
        {
            throw WrongState(instance, "started");
        }

        Boot(instance);
    }

    /// <summary>Stops; a one-time spot instance cannot.</summary>
    public static Task Stop(Instance instance, StateReason reason)
    {
        if (instance.Spot is not null)
        {
            throw new ServiceError(
                "UnsupportedOperation",
                $"You can't stop the Spot Instance '{instance.Id}' because it is associated with a one-time Spot Instance request."
            );
        }

        if (instance.State is InstanceState.Stopped or InstanceState.Stopping)
        {
            return Task.CompletedTask;
        }

        if (instance.State != InstanceState.Running)
        {
            throw WrongState(instance, "stopped");
        }

        var off = Leave(instance, InstanceState.Stopping, reason);
        After(
            instance,
            InstanceState.Stopping,
            () =>
            {
                instance.State = InstanceState.Stopped;
                PublicAddresses.ReleaseAutomatic(instance.Interface, instance.Region.Cloud.Now);
            }
        );
        return off;
    }

    /// <summary>Terminates; does nothing when that is under way or done.</summary>
    public static Task Terminate(Instance instance, StateReason reason)
    {
        if (instance.State is InstanceState.ShuttingDown or InstanceState.Terminated)
        {
            return Task.CompletedTask;
        }

        var off = Leave(instance, InstanceState.ShuttingDown, reason);
        After(instance, InstanceState.ShuttingDown, () => Vanish(instance));
        return off;
    }

    /// <summary>The guest shuts the machine down.</summary>
    public static Task PowerOffFromInside(Instance instance) =>
        instance.State != InstanceState.Running ? Task.CompletedTask
        : instance.ShutdownBehavior == "terminate" || instance.Spot is not null
            ? Terminate(instance, StateReason.ByGuest)
        : Stop(instance, StateReason.ByGuest);

    /// <summary>EC2 takes a spot instance back, now or after the notice.</summary>
    public static Task Interrupt(Instance instance, bool withNotice)
    {
        var cloud = instance.Region.Cloud;
        if (!withNotice)
        {
            return Terminate(instance, StateReason.SpotTermination);
        }

        instance.InterruptionTime = cloud.Now + InterruptionNotice;
        instance.Spot!.Mark("marked-for-termination", cloud.Now);
        InstanceEvents.Warn(instance);
        cloud.Agenda.In(InterruptionNotice, () => Terminate(instance, StateReason.SpotTermination));
        return Task.CompletedTask;
    }

    private static void Run(Instance instance)
    {
        var region = instance.Region;
        var cloud = region.Cloud;
        instance.State = InstanceState.Running;
        InstanceEvents.Change(instance);
        instance.RunningSince = cloud.Now;
        instance.Usage = Charges.OpenInstance(instance, cloud.Now);
        var nic = instance.Interface;
        if (nic is { WantsPublicIp: true, Elastic: null })
        {
            nic.AutomaticPublicIp = cloud.PublicAddresses.Take();
            nic.AutomaticUsage = cloud.Meter.Open(
                region,
                instance.Id,
                BillItem.PublicIpv4,
                cloud.Now,
                Rates.PublicIpv4
            );
            nic.AutomaticUsage.Tags = instance.Tags;
        }

        if (cloud.Options.Guest is { } choose)
        {
            instance.Guest = new GuestRun(instance, choose);
        }
    }

    private static Task Leave(Instance instance, InstanceState next, StateReason reason)
    {
        var now = instance.Region.Cloud.Now;
        (instance.State, instance.Reason, instance.ReasonTime) = (next, reason, now);
        InstanceEvents.Change(instance);
        instance.Usage?.Close(now, free: Charges.IsFree(instance, reason, now));
        instance.Usage = null;
        instance.RunningSince = null;
        instance.ImpairedSince = null;
        return instance.Guest?.PowerOff() ?? Task.CompletedTask;
    }

    private static void After(Instance instance, InstanceState expected, Action next)
    {
        var cloud = instance.Region.Cloud;
        cloud.Agenda.In(
            cloud.Options.ShutdownTime,
            () =>
            {
                if (instance.State == expected)
                {
                    next();
                }
            }
        );
    }

    private static void Vanish(Instance instance)
    {
        var region = instance.Region;
        var now = region.Cloud.Now;
        instance.State = InstanceState.Terminated;
        instance.TerminatedAt = now;
        InstanceEvents.Change(instance);
        var nic = instance.Interface;
        PublicAddresses.ReleaseAutomatic(nic, now);
        if (nic.Elastic is { } address)
        {
            AddressActions.Part(address);
        }

        region.Remove(nic);
        foreach (var volume in instance.Volumes.ToList())
        {
            if (volume.Attachment!.DeleteOnTermination)
            {
                VolumeActions.Remove(region, volume, now);
            }
            else
            {
                volume.Attachment = null;
            }
        }

        instance.Spot?.Close(instance.Reason!, now);
    }

    private static ServiceError WrongState(Instance instance, string what) =>
        new("IncorrectInstanceState", $"The instance '{instance.Id}' is not in a state from which it can be {what}.");
}
