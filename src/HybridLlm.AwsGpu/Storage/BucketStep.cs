namespace HybridLlm.AwsGpu.Storage;

/// <summary>One change of a bucket plan, in the order they are done.</summary>
public enum BucketStep
{
    /// <summary>Makes the bucket.</summary>
    Create,

    /// <summary>Writes the owner's tags. S3 has no tags at creation; until then the name alone says whose it is.</summary>
    Tag,

    /// <summary>Refuses every public policy and access list.</summary>
    BlockPublicAccess,

    /// <summary>Keeps every version of every object, so that the first request in a mailbox can be told from later ones.</summary>
    EnableVersioning,

    /// <summary>Empties the mailbox after a day, older versions included.</summary>
    ExpireMailbox,
}
