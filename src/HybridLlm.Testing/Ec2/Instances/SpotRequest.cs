namespace HybridLlm.Testing.Ec2.Instances;

/// <summary>A one-time spot request, as every spot instance has one.</summary>
internal sealed class SpotRequest(string id, DateTimeOffset created, decimal? maxPrice)
    : Resource(Kind, id, created),
        IResource
{
    private static readonly TimeSpan s_remembered = TimeSpan.FromHours(1);
    private DateTimeOffset? _closed;

    public static ResourceKind Kind { get; } =
        new(
            "spot-instances-request",
            "sir",
            "InvalidSpotInstanceRequestID.NotFound",
            "spot instance request ID",
            "InvalidSpotInstanceRequestID.Malformed"
        );

    /// <summary>Highest price accepted, USD per hour; null accepts any.</summary>
    public decimal? MaxPrice => maxPrice;

    public required Instance Instance { get; init; }

    /// <summary><c>active</c>, <c>cancelled</c> or <c>closed</c>.</summary>
    public string State { get; private set; } = "active";

    /// <summary>Status code, e.g. <c>fulfilled</c>.</summary>
    public string Status { get; private set; } = "fulfilled";

    public DateTimeOffset StatusTime { get; private set; } = created;

    public override string StateName => State;

    public override bool IsGone => State != "active";

    public override DateTimeOffset? ForgottenAt => _closed + s_remembered;

    public void Mark(string status, DateTimeOffset now) => (Status, StatusTime) = (status, now);

    /// <summary>Cancelling leaves the instance running.</summary>
    public void Cancel(DateTimeOffset now)
    {
        if (State == "active")
        {
            State = "cancelled";
            Mark("request-canceled-and-instance-running", now);
        }
    }

    /// <summary>The instance ended.</summary>
    public void Close(StateReason reason, DateTimeOffset now)
    {
        State = State == "cancelled" ? State : "closed";
        Mark(reason.IsAws ? "instance-terminated-no-capacity" : "instance-terminated-by-user", now);
        _closed = now;
    }
}
