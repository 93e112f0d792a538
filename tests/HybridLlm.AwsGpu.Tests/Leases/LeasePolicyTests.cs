using FsCheck.Xunit;
using HybridLlm.AwsGpu.Leases;

namespace HybridLlm.AwsGpu.Tests.Leases;

public sealed class LeasePolicyTests
{
    private static readonly DateTimeOffset s_start = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    private static readonly LeasePolicy s_policy = new();

    [Theory]
    [InlineData(0, null, 5)]
    [InlineData(4.9, null, 5)]
    [InlineData(5, 15.0, 10)]
    [InlineData(9, 19.0, 14)]
    [InlineData(11, 21.0, 16)]
    public void A_lease_of_ten_minutes_is_renewed_from_its_half_on(double now, double? renewUntil, double lookAgainAt)
    {
        var decision = s_policy.Decide(At(now), leaseUntil: At(10), expiresAt: At(600));

        decision.ShouldBe(new LeaseDecision(renewUntil is { } until ? At(until) : null, At(lookAgainAt)));
    }

    [Fact]
    public void No_renewal_passes_the_absolute_end()
    {
        s_policy.Decide(At(6), At(10), expiresAt: At(12)).ShouldBe(new LeaseDecision(At(12), null));
        s_policy.Decide(At(8), At(12), expiresAt: At(12)).ShouldBe(new LeaseDecision(null, null));
        s_policy.First(At(0), expiresAt: At(3)).ShouldBe(At(3));
    }

    [Fact]
    public void An_extension_on_purpose_holds_as_long_as_asked_and_never_shortens()
    {
        LeasePolicy.Extend(At(0), At(10), At(600), TimeSpan.FromHours(2)).ShouldBe(At(120));
        LeasePolicy.Extend(At(0), At(10), At(600), TimeSpan.FromMinutes(1)).ShouldBe(At(10));
        LeasePolicy.Extend(At(0), At(10), At(60), TimeSpan.FromHours(2)).ShouldBe(At(60));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1441)]
    public void A_length_that_endangers_money_or_nodes_is_refused(int minutes) =>
        Should.Throw<ArgumentOutOfRangeException>(() => new LeasePolicy { Length = TimeSpan.FromMinutes(minutes) });

    [Property(Replay = "(7,9)")]
    public bool A_lease_looked_at_when_told_to_never_lapses_before_the_absolute_end(ushort life, ushort lateBySeconds)
    {
        var end = s_start.AddMinutes(life % 2000);
        var late = TimeSpan.FromSeconds(lateBySeconds % 299);
        var lease = s_policy.First(s_start, end);
        for (var now = s_start; now < end; )
        {
            var decision = s_policy.Decide(now, lease, end);
            lease = decision.RenewUntil ?? lease;
            var next = decision.LookAgainAt + late ?? end;
            if (lease > end || (next < end && next >= lease))
            {
                return false;
            }

            now = next;
        }

        return lease == end;
    }

    private static DateTimeOffset At(double minutes) => s_start.AddMinutes(minutes);
}
