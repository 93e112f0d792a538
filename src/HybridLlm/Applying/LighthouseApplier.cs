using HybridLlm.AwsGpu;
using HybridLlm.AwsGpu.Bootstrap;
using HybridLlm.AwsGpu.Fleets;
using HybridLlm.AwsGpu.Networking;
using HybridLlm.AwsGpu.Storage;
using HybridLlm.Journals;
using HybridLlm.Nebula.Networks;
using HybridLlm.Specs;

namespace HybridLlm.Applying;

/// <summary>
/// Launches the lighthouse and enrols it. One that did not finish enrolling, is broken, or whose certificate is about to end, is replaced
/// under the same Elastic IP.
/// </summary>
internal sealed class LighthouseApplier(
    ClusterContext context,
    MeshKeeper mesh,
    ObjectStore bucket,
    ArtifactCatalogue catalogue
)
{
    private static readonly TimeSpan s_impairedFor = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_ending = TimeSpan.FromMinutes(5);

    private readonly ClusterInstances _instances = new(context.Aws, context.Owner, context.Region);

    public async Task ApplyAsync(string planId, Network network, CancellationToken cancellationToken)
    {
        var instances = await _instances.ListAsync(cancellationToken).ConfigureAwait(false);
        if (
            FoundationParts.Standing(instances, context.Journal.Memory, context.Now) is { } standing
            && !await IsImpairedAsync(standing, cancellationToken).ConfigureAwait(false)
        )
        {
            return;
        }

        await EndUnfinishedAsync(instances, cancellationToken).ConfigureAwait(false);
        await LaunchAsync(planId, network, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether EC2 has found it broken for a while: it is there, and charged, and serves nobody.</summary>
    private async Task<bool> IsImpairedAsync(InstanceStatus lighthouse, CancellationToken cancellationToken)
    {
        var impaired = await _instances.ListImpairedAsync(s_impairedFor, cancellationToken).ConfigureAwait(false);
        return impaired.Contains(lighthouse.InstanceId);
    }

    private async Task EndUnfinishedAsync(IReadOnlyList<InstanceStatus> instances, CancellationToken cancellationToken)
    {
        string[] unfinished =
        [
            .. instances
                .Where(i => i is { Component: ResourceComponents.Lighthouse, IsAlive: true })
                .Select(i => i.InstanceId),
        ];
        if (unfinished.Length > 0)
        {
            context.Events.Publish(
                ClusterEventKind.Warning,
                ClusterStages.Lighthouse,
                $"Replacing {string.Join(", ", unfinished)}, which never enrolled, is broken, or whose certificate is about to end."
            );
            await _instances.TerminateAsync(unfinished, cancellationToken).ConfigureAwait(false);
            await _instances.WaitForTerminatedAsync(unfinished, s_ending, cancellationToken).ConfigureAwait(false);
        }

        foreach (var node in context.Journal.Memory.LiveNodes.Where(n => n.Role == NodeRoles.Lighthouse).ToList())
        {
            context.Journal.Append(
                new NodeEnded
                {
                    At = context.Now,
                    WakeId = node.WakeId,
                    Reason = "replaced",
                }
            );
        }
    }

    private async Task LaunchAsync(string planId, Network network, CancellationToken cancellationToken)
    {
        var wakeId = context.NextWakeId(NodeRoles.Lighthouse);
        var until = context.Now + FoundationParts.LighthouseLife;
        var place = mesh.Place(new MeshMember { Name = wakeId, Role = MeshRole.Lighthouse });
        NodeEnroller enroller = new(context, new Mailbox(context.Aws, bucket, context.Region), mesh);
        using var wake = await enroller
            .OpenAsync(
                wakeId,
                NodeRole.Lighthouse,
                place,
                context.Now + context.Spec.Life.BootDeadline,
                until,
                cancellationToken
            )
            .ConfigureAwait(false);

        var image = await new AmiResolver(context.Aws)
            .ResolveAsync(context.Region, AmiQuery.Lighthouse(CpuArchitecture.X64), cancellationToken)
            .ConfigureAwait(false);
        LighthouseProvisioner lighthouses = new(context.Aws);
        LighthouseSpec spec = new()
        {
            Owner = context.Owner,
            PlanId = planId,
            IntentId = wakeId,
            Region = context.Region,
            SubnetId = network.Subnets[0].Id,
            SecurityGroupId = network.LighthouseSecurityGroupId,
            Image = image,
        };
        context.Journal.Append(
            new NodeIntended
            {
                At = context.Now,
                WakeId = wakeId,
                Role = NodeRoles.Lighthouse,
                PlanId = planId,
                MeshAddress = place.Networks[0].Address.ToString(),
                CertificateUntil = until,
                // What it costs is part of the foundation's accrual.
                HourlyReserve = 0,
                LeaseUntil = until,
            }
        );
        var plan = await lighthouses.PlanAsync(spec, cancellationToken).ConfigureAwait(false);
        var lighthouse = await lighthouses
            .ApplyAsync(plan, NodeUserData.Render(wake.Boot), progress: null, cancellationToken)
            .ConfigureAwait(false);
        Say(
            ClusterEventKind.Progress,
            $"{wakeId} ({spec.EffectiveInstanceType}, {lighthouse.InstanceId}) starts at {lighthouse.PublicIp}."
        );

        var links = await ArtifactLinks
            .SignAsync(
                context,
                bucket,
                catalogue.Artifacts.Where(a => a.Name == NodeArtifacts.Nebula),
                cancellationToken
            )
            .ConfigureAwait(false);
        await enroller
            .AnswerAsync(
                wake,
                lighthouse.InstanceId,
                certificate => Task.FromResult(NodePayloads.Lighthouse(mesh.Authority, certificate, links)),
                cancellationToken
            )
            .ConfigureAwait(false);
        await enroller.CloseAsync(wake, lighthouse.InstanceId, cancellationToken).ConfigureAwait(false);
        context.Journal.Append(new NodeReady { At = context.Now, WakeId = wakeId });
        Say(ClusterEventKind.Done, $"{wakeId} is enrolled as {place.Networks[0]}.");
    }

    private void Say(ClusterEventKind kind, string message) =>
        context.Events.Publish(kind, ClusterStages.Lighthouse, message);
}
