using HybridLlm.Testing.Ec2.Protocol;
using HybridLlm.Testing.Ec2.Tagging;
using static HybridLlm.Testing.Ec2.Protocol.Ec2Xml;

namespace HybridLlm.Testing.Ec2.Volumes;

/// <summary>Snapshots. This account has made none.</summary>
internal static class SnapshotActions
{
    private static readonly FilterTable<Snapshot> s_filters = new(s => s.Tags) { { "snapshot-id", s => s.Id } };

    public static object?[] Describe(Ec2Call call)
    {
        call.Request.List("Owner");
        return call.Describe(
            "SnapshotId",
            "snapshotSet",
            s_filters,
            s => [Leaf("snapshotId", s.Id), TagActions.TagSet(s)],
            limit: 1000
        );
    }
}
