using HybridLlm.AwsGpu.Fleets;
using HybridLlm.AwsGpu.Interruptions;
using Microsoft.Extensions.Time.Testing;

namespace HybridLlm.AwsGpu.Tests.Interruptions;

public sealed class PoolCooldownTests
{
    private static readonly NodePool s_first = new("g6.xlarge", "subnet-1", "use1-az1");
    private static readonly NodePool s_second = new("g6.xlarge", "subnet-2", "use1-az2");

    private readonly FakeTimeProvider _clock = new();
    private readonly PoolCooldown _cooldown;

    public PoolCooldownTests() => _cooldown = new PoolCooldown(_clock);

    [Fact]
    public void A_pool_is_left_alone_for_three_minutes()
    {
        Cool(s_first).ShouldBe(TimeSpan.FromMinutes(3));

        _cooldown.Filter([s_first, s_second]).ShouldBe([s_second]);
        _clock.Advance(TimeSpan.FromMinutes(3));
        _cooldown.Filter([s_first, s_second]).ShouldBe([s_first, s_second]);
    }

    [Fact]
    public void Each_further_loss_doubles_the_time_up_to_half_an_hour() =>
        Enumerable.Range(0, 6).Select(_ => Cool(s_first).TotalMinutes).ShouldBe([3, 6, 12, 24, 30, 30]);

    [Fact]
    public void When_all_are_cooled_all_are_asked()
    {
        Cool(s_first);
        Cool(s_second);

        _cooldown.Filter([s_first, s_second]).ShouldBe([s_first, s_second]);
    }

    private TimeSpan Cool(NodePool pool) => _cooldown.Cool(pool.InstanceType, pool.ZoneId) - _clock.GetUtcNow();
}
