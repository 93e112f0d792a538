using HybridLlm.AwsGpu.Fleets;
using HybridLlm.AwsGpu.Interruptions;

namespace HybridLlm.AwsGpu.Tests.Interruptions;

public sealed class PoolHistoryTests
{
    private static readonly DateTimeOffset s_noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    private static readonly NodePool s_first = new("g6.xlarge", "subnet-1", "use1-az1");
    private static readonly NodePool s_second = new("g6.xlarge", "subnet-2", "use1-az2");

    [Fact]
    public void A_pool_is_left_alone_for_three_minutes()
    {
        var history = Interrupted(PoolHistory.Empty, s_first, s_noon);

        history.NotCooled([s_first, s_second], s_noon).ShouldBe([s_second]);
        history.NotCooled([s_first, s_second], s_noon.AddMinutes(3)).ShouldBe([s_first, s_second]);
    }

    [Fact]
    public void Each_further_refusal_doubles_the_time_up_to_half_an_hour()
    {
        var history = PoolHistory.Empty;
        var now = s_noon;
        List<double> minutes = [];
        for (var i = 0; i < 6; i++)
        {
            history = history.Refused("g6.xlarge", "use1-az1", now);
            var until = history.CooledUntil("g6.xlarge", "use1-az1", now)!.Value;
            minutes.Add((until - now).TotalMinutes);
            now = until;
        }

        minutes.ShouldBe([3, 6, 12, 24, 30, 30]);
    }

    [Fact]
    public void A_pool_that_behaves_for_half_an_hour_begins_at_three_minutes_again()
    {
        var history = PoolHistory.Empty.Refused("g6.xlarge", "use1-az1", s_noon);
        history = history.Refused("g6.xlarge", "use1-az1", s_noon.AddMinutes(3));
        var later = s_noon.AddMinutes(9 + 30);

        history = history.Refused("g6.xlarge", "use1-az1", later);

        history.CooledUntil("g6.xlarge", "use1-az1", later).ShouldBe(later.AddMinutes(3));
    }

    [Fact]
    public void When_all_are_cooled_all_are_asked()
    {
        var history = Interrupted(Interrupted(PoolHistory.Empty, s_first, s_noon), s_second, s_noon);

        history.NotCooled([s_first, s_second], s_noon).ShouldBe([s_first, s_second]);
    }

    [Fact]
    public void Interruptions_make_a_pool_dearer_and_quiet_hours_make_it_cheaper_again()
    {
        var history = Interrupted(Interrupted(PoolHistory.Empty, s_first, s_noon), s_first, s_noon.AddHours(5));
        var taken = Factor(history);

        var quiet = history.Held("g6.xlarge", "use1-az1", TimeSpan.FromHours(100));

        taken.ShouldBeGreaterThan(1);
        Factor(quiet).ShouldBeLessThan(taken);
        Factor(quiet).ShouldBeGreaterThanOrEqualTo(1);
    }

    [Fact]
    public void Records_tell_the_planner_what_is_cooled_unless_it_wants_to_ask_all_the_same()
    {
        var history = PoolHistory.Empty.Refused("g6.xlarge", "use1-az1", s_noon);

        history.Records(s_noon).ShouldHaveSingleItem().CooledUntil.ShouldBe(s_noon.AddMinutes(3));
        history.Records(s_noon.AddMinutes(3)).ShouldHaveSingleItem().CooledUntil.ShouldBeNull();
        history.Records(s_noon, evenCooled: true).ShouldHaveSingleItem().CooledUntil.ShouldBeNull();
    }

    private static decimal Factor(PoolHistory history) =>
        history.Records(s_noon.AddDays(9)).ShouldHaveSingleItem().PriceFactor;

    private static PoolHistory Interrupted(PoolHistory history, NodePool pool, DateTimeOffset now) =>
        history.Interrupted(pool.InstanceType, pool.ZoneId, TimeSpan.FromHours(1), now);
}
