namespace HybridLlm.Testing.Ec2;

/// <summary>A kind of EC2 resource.</summary>
/// <param name="Type">Its tag resource type, e.g. <c>internet-gateway</c>.</param>
/// <param name="Prefix">What its ids begin with, e.g. <c>igw</c>.</param>
/// <param name="NotFoundCode">EC2's error for an unknown id.</param>
/// <param name="Noun">What EC2's message calls its id, e.g. <c>internetGateway ID</c>.</param>
/// <param name="MalformedCode">EC2's error for an id of the wrong shape; null when it is the not-found code.</param>
internal sealed record ResourceKind(
    string Type,
    string Prefix,
    string NotFoundCode,
    string Noun,
    string? MalformedCode = null
);

/// <summary>A type of resource knows its kind.</summary>
internal interface IResource
{
    static abstract ResourceKind Kind { get; }
}

/// <summary>Anything in a region that has an id and can carry tags.</summary>
internal abstract class Resource(ResourceKind kind, string id, DateTimeOffset created)
{
    public ResourceKind ResourceKind => kind;

    public string Id => id;

    public DateTimeOffset Created => created;

    public SortedDictionary<string, string> Tags { get; } = new(StringComparer.Ordinal);

    /// <summary>EC2's word for its state; null for a kind without one.</summary>
    public virtual string? StateName => null;

    /// <summary>Whether it is only a record of something that no longer exists, e.g. a terminated instance.</summary>
    public virtual bool IsGone => false;

    /// <summary>The longest an earlier record is shown; null for a kind that is removed at once.</summary>
    public virtual DateTimeOffset? ForgottenAt => null;
}
