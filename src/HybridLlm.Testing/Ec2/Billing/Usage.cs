namespace HybridLlm.Testing.Ec2.Billing;

/// <summary>One metered period of one resource.</summary>
internal sealed class Usage(
    string resourceId,
    string region,
    BillItem item,
    DateTimeOffset start,
    Func<DateTimeOffset, DateTimeOffset, decimal> charge
)
{
    private bool _free;

    /// <summary>The resource's own tags, so that the bill shows later changes.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; set; } = new Dictionary<string, string>();

    private DateTimeOffset? End { get; set; }

    public void Close(DateTimeOffset now, bool free = false) => (End, _free) = (now, free);

    public EmulatedBillLine Line(DateTimeOffset asOf) =>
        new()
        {
            ResourceId = resourceId,
            Region = region,
            Item = item,
            Start = start,
            End = End,
            Usd = _free ? 0 : charge(start, End ?? asOf),
            Tags = new Dictionary<string, string>(Tags),
        };
}
