using System.Security.Cryptography;
using HybridLlm.AwsGpu.Bootstrap;
using HybridLlm.AwsGpu.Fleets;
using HybridLlm.Journals;
using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Keys;
using HybridLlm.Nebula.Networks;

namespace HybridLlm.Applying;

/// <summary>
/// The controller's half of enrolment: opens the mailbox of a wake, waits for the node's request, judges it against what EC2 says
/// of the instance, and answers once.
/// </summary>
internal sealed class NodeEnroller(ClusterContext context, Mailbox mailbox, MeshKeeper mesh)
{
    private static readonly TimeSpan s_pollEvery = TimeSpan.FromSeconds(3);

    /// <summary>Makes the wake's key and URLs, and the user data that carries them.</summary>
    public async Task<NodeWake> OpenAsync(
        string wakeId,
        NodeRole role,
        MeshAssignment place,
        DateTimeOffset bootDeadline,
        DateTimeOffset lastMoment,
        CancellationToken cancellationToken
    )
    {
        var urls = await mailbox.OpenAsync(wakeId, cancellationToken).ConfigureAwait(false);
        var controller = X25519PrivateKey.Create();
        NodeBoot boot = new()
        {
            WakeId = wakeId,
            Role = role,
            ControllerKey = controller.PublicKey,
            RequestUrl = urls.Request,
            ReplyUrl = urls.Reply,
            ReportUrl = urls.Report,
            BootDeadline = bootDeadline,
            LastMoment = lastMoment,
        };
        return new NodeWake(boot, controller, place);
    }

    /// <summary>Waits for the node's request and answers it.</summary>
    /// <param name="wake">The wake.</param>
    /// <param name="instanceId">The instance launched for it.</param>
    /// <param name="payload">What this node gets, given its certificate.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="EnrolmentRefusedException">Somebody else asked.</exception>
    /// <exception cref="NodeLostException">The node ended or did not ask in time.</exception>
    public async Task<NebulaCertificate> AnswerAsync(
        NodeWake wake,
        string instanceId,
        Func<NebulaCertificate, Task<NodePayload>> payload,
        CancellationToken cancellationToken
    )
    {
        var request = await AwaitRequestAsync(wake, instanceId, cancellationToken).ConfigureAwait(false);
        var node = await ExpectAsync(wake, instanceId, cancellationToken).ConfigureAwait(false);
        NodeEnrolment.Judge(request, node, wake.Controller, context.Identities);

        var digest = Convert.ToHexStringLower(SHA256.HashData(request.Bytes));
        if (context.Journal.Memory.Node(wake.Id)?.AnsweredRequest is { } answered && answered != digest)
        {
            throw new NodeLostException(
                wake.Id,
                "a second, different request was made for a wake that is answered already"
            );
        }

        var key = HostPublicKey.FromBytes(NebulaCurve.Curve25519, request.NebulaKey.Bytes);
        var certificate = await mesh.IssueAsync(wake.Place, key, wake.CertificateUntil, cancellationToken)
            .ConfigureAwait(false);
        context.Journal.Append(
            new NodeAnswered
            {
                At = context.Now,
                WakeId = wake.Id,
                RequestSha256 = digest,
                CertificateFingerprint = certificate.Fingerprint,
            }
        );
        var content = await payload(certificate).ConfigureAwait(false);
        var reply = SealedReply.Seal(content.ToTar(context.Now), request, instanceId, wake.Controller);
        await mailbox.ReplyAsync(wake.Id, reply, cancellationToken).ConfigureAwait(false);
        return certificate;
    }

    /// <summary>Waits until the node says that it has started everything, then removes the wake's mailbox objects.</summary>
    /// <exception cref="NodeLostException">It says that it failed, ended, or said nothing in time.</exception>
    public async Task CloseAsync(NodeWake wake, string instanceId, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await mailbox.ReadReportAsync(wake.Id, cancellationToken).ConfigureAwait(false) is { } report)
            {
                await mailbox.CloseAsync(wake.Id, cancellationToken).ConfigureAwait(false);
                if (report.Succeeded)
                {
                    return;
                }

                throw new NodeLostException(wake.Id, $"it says '{report.Words}'");
            }

            await PauseAsync(wake, instanceId, "say that it has booted", cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<NodeRequest> AwaitRequestAsync(
        NodeWake wake,
        string instanceId,
        CancellationToken cancellationToken
    )
    {
        while (true)
        {
            if (await mailbox.ReadRequestAsync(wake.Id, cancellationToken).ConfigureAwait(false) is { } request)
            {
                return request;
            }

            if (
                await mailbox.ReadReportAsync(wake.Id, cancellationToken).ConfigureAwait(false) is
                { Succeeded: false } report
            )
            {
                throw new NodeLostException(wake.Id, $"it says '{report.Words}'");
            }

            await PauseAsync(wake, instanceId, "ask to enrol", cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>A breath between two looks, unless there is nothing to wait for any more.</summary>
    private async Task PauseAsync(NodeWake wake, string instanceId, string what, CancellationToken cancellationToken)
    {
        if (context.Now >= wake.Boot.BootDeadline)
        {
            throw new NodeLostException(wake.Id, $"it did not {what} before its boot deadline");
        }

        await InstanceAsync(wake.Id, instanceId, cancellationToken).ConfigureAwait(false);
        await Task.Delay(s_pollEvery, context.Clock, cancellationToken).ConfigureAwait(false);
    }

    private async Task<ExpectedNode> ExpectAsync(NodeWake wake, string instanceId, CancellationToken cancellationToken)
    {
        var account = await context.Aws.ReadAccountIdAsync(cancellationToken).ConfigureAwait(false);
        var instance =
            await InstanceAsync(wake.Id, instanceId, cancellationToken).ConfigureAwait(false)
            ?? throw new NodeLostException(wake.Id, "EC2 does not know its instance");
        return new ExpectedNode
        {
            WakeId = wake.Id,
            AccountId = account,
            Region = context.Region,
            InstanceId = instanceId,
            InstanceType = instance.InstanceType,
            ImageId = instance.ImageId,
            PrivateIp = instance.PrivateIp ?? "",
            LaunchedAt = instance.LaunchedAt,
            IsAlive = instance.IsAlive,
        };
    }

    /// <summary>The instance; null while EC2 does not list it yet.</summary>
    /// <exception cref="NodeLostException">It has ended; its own last words, if there are any, say why.</exception>
    private async Task<InstanceStatus?> InstanceAsync(
        string wakeId,
        string instanceId,
        CancellationToken cancellationToken
    )
    {
        ClusterInstances instances = new(context.Aws, context.Owner, context.Region);
        var all = await instances.ListAsync(cancellationToken).ConfigureAwait(false);
        var instance = all.FirstOrDefault(i => i.InstanceId == instanceId);
        if (instance is not { IsAlive: false })
        {
            return instance;
        }

        var report = await mailbox.ReadReportAsync(wakeId, cancellationToken).ConfigureAwait(false);
        throw report is { Succeeded: false }
            ? new NodeLostException(wakeId, $"it says '{report.Words}'")
            : new NodeLostException(
                wakeId,
                $"its instance is {instance.Phase} ({instance.StateReason ?? "no reason given"})",
                isGone: true
            );
    }
}
