namespace HybridLlm.AwsGpu.Observing;

/// <summary>How what EC2 has differs from what is known and wanted.</summary>
public enum DriftKind
{
    /// <summary>An instance of the owner answers no known intent.</summary>
    UnknownNode,

    /// <summary>A known node has ended, or EC2 does not show it.</summary>
    MissingNode,

    /// <summary>A node is stopped: it serves nobody and its disk is charged.</summary>
    StoppedNode,

    /// <summary>A node lives although its lease or its absolute end has passed: its dead-man's switch did not fire.</summary>
    OverdueNode,

    /// <summary>A node has no lease or no absolute end.</summary>
    NodeWithoutEnd,

    /// <summary>Two living nodes answer one intent.</summary>
    DoubleNode,

    /// <summary>A node's metadata service answers without a session token, or beyond the instance.</summary>
    OpenMetadata,

    /// <summary>Part of the network is missing or is not as wanted, e.g. a security group allows more.</summary>
    Network,

    /// <summary>Part of the lighthouse is missing.</summary>
    Lighthouse,

    /// <summary>The bucket lacks a setting.</summary>
    Bucket,
}
