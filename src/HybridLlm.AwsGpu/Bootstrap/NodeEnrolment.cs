using System.Globalization;
using HybridLlm.AwsGpu.Identity;

namespace HybridLlm.AwsGpu.Bootstrap;

/// <summary>
/// Judges a node's request: signed by AWS, from the very instance this wake launched, fresh, and from a holder of the Nebula
/// key. Pure. That a wake is answered once is the mailbox's part: it reads the first version of the request only, and keeps
/// the digest of the one it answered.
/// </summary>
public static class NodeEnrolment
{
    /// <summary>How far before EC2's launch time a document may be dated.</summary>
    public static readonly TimeSpan EarliestBeforeLaunch = TimeSpan.FromMinutes(1);

    /// <summary>How long after EC2's launch time a document may be dated.</summary>
    public static readonly TimeSpan LatestAfterLaunch = TimeSpan.FromMinutes(15);

    /// <summary>Accepts a request, or throws with everything that is wrong with it.</summary>
    /// <param name="request">The request as read from the mailbox.</param>
    /// <param name="node">What EC2 says of the instance launched for the wake.</param>
    /// <param name="controller">The controller's key for the wake.</param>
    /// <param name="authorities">Whose signatures count.</param>
    /// <exception cref="EnrolmentRefusedException">The request is not this node's.</exception>
    public static void Judge(
        NodeRequest request,
        ExpectedNode node,
        X25519PrivateKey controller,
        IdentityAuthorities authorities
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(controller);
        ArgumentNullException.ThrowIfNull(authorities);

        // Who speaks comes first; the keys of a stranger are not worth computing with.
        var verdict = authorities.Verify(node.Region, request.Identity);
        if (verdict.Identity is not { } identity)
        {
            throw EnrolmentRefusedException.Because(verdict.Refusal!);
        }

        List<string> reasons = [.. Differences(identity, node)];
        if (request.WakeId != node.WakeId)
        {
            reasons.Add($"it is for wake {request.WakeId}, not {node.WakeId}");
        }

        if (!node.IsAlive)
        {
            reasons.Add($"instance {node.InstanceId} is no longer running");
        }

        if (reasons.Count == 0 && !request.ProvesPossession(controller))
        {
            reasons.Add("its sender does not hold the Nebula key it names");
        }

        if (reasons.Count > 0)
        {
            throw new EnrolmentRefusedException(reasons);
        }
    }

    private static IEnumerable<string> Differences(InstanceIdentity identity, ExpectedNode node)
    {
        (string Name, string Document, string Launched)[] pairs =
        [
            ("region", identity.Region, node.Region),
            ("account", identity.AccountId, node.AccountId),
            ("instance", identity.InstanceId, node.InstanceId),
            ("instance type", identity.InstanceType, node.InstanceType),
            ("image", identity.ImageId, node.ImageId),
            ("private address", identity.PrivateIp, node.PrivateIp),
        ];
        foreach (var (name, document, launched) in pairs.Where(p => p.Document != p.Launched))
        {
            yield return $"its document is of {name} {document}, not {launched}";
        }

        var age = identity.PendingTime - node.LaunchedAt;
        if (age < -EarliestBeforeLaunch || age > LatestAfterLaunch)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"its document is dated {identity.PendingTime:u}, the launch was {node.LaunchedAt:u}"
            );
        }
    }
}
