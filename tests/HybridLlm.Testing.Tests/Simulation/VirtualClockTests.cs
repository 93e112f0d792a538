using HybridLlm.Testing.Simulation;
using Microsoft.Extensions.Time.Testing;

namespace HybridLlm.Testing.Tests.Simulation;

public sealed class VirtualClockTests
{
    private static readonly DateTimeOffset s_start = new(2026, 11, 23, 18, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_clock_at_speed_zero_stands_still()
    {
        FakeTimeProvider real = new();
        using VirtualClock clock = new(s_start, speed: 0, real);
        real.Advance(TimeSpan.FromDays(1));
        clock.GetUtcNow().ShouldBe(s_start);
        clock.GetTimestamp().ShouldBe(0);
    }

    [Fact]
    public void A_clock_runs_at_its_speed_and_changes_it_without_a_jump()
    {
        FakeTimeProvider real = new();
        using VirtualClock clock = new(s_start, speed: 60, real);
        real.Advance(TimeSpan.FromSeconds(10));
        clock.GetUtcNow().ShouldBe(s_start + TimeSpan.FromMinutes(10));
        clock.Speed = 3600;
        clock.GetUtcNow().ShouldBe(s_start + TimeSpan.FromMinutes(10));
        real.Advance(TimeSpan.FromSeconds(1));
        clock.GetUtcNow().ShouldBe(s_start + TimeSpan.FromMinutes(70));
        clock.Speed = 0;
        real.Advance(TimeSpan.FromSeconds(1));
        clock.GetUtcNow().ShouldBe(s_start + TimeSpan.FromMinutes(70));
    }

    [Fact]
    public void Timestamps_measure_virtual_time()
    {
        using VirtualClock clock = new(s_start);
        var before = clock.GetTimestamp();
        clock.Advance(TimeSpan.FromMilliseconds(1234));
        clock.GetElapsedTime(before).ShouldBe(TimeSpan.FromMilliseconds(1234));
    }

    [Fact]
    public void Advancing_fires_due_timers_in_order_each_at_its_own_time()
    {
        using VirtualClock clock = new(s_start);
        List<(string Name, TimeSpan At)> fired = [];
        void Note(object? name) => fired.Add(((string)name!, clock.GetUtcNow() - s_start));
        using var late = clock.CreateTimer(Note, "late", TimeSpan.FromSeconds(9), Timeout.InfiniteTimeSpan);
        using var early = clock.CreateTimer(Note, "early", TimeSpan.FromSeconds(3), Timeout.InfiniteTimeSpan);
        using var twin = clock.CreateTimer(Note, "twin", TimeSpan.FromSeconds(3), Timeout.InfiniteTimeSpan);
        using var every = clock.CreateTimer(Note, "every", TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(4));
        using var beyond = clock.CreateTimer(Note, "beyond", TimeSpan.FromSeconds(11), Timeout.InfiniteTimeSpan);
        clock.Advance(TimeSpan.FromSeconds(10));
        fired.ShouldBe([
            ("early", TimeSpan.FromSeconds(3)),
            ("twin", TimeSpan.FromSeconds(3)),
            ("every", TimeSpan.FromSeconds(4)),
            ("every", TimeSpan.FromSeconds(8)),
            ("late", TimeSpan.FromSeconds(9)),
        ]);
        clock.GetUtcNow().ShouldBe(s_start + TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void A_timer_that_a_timer_makes_fires_in_the_same_advance()
    {
        using VirtualClock clock = new(s_start);
        List<TimeSpan> fired = [];
        ITimer? second = null;
        using var first = clock.CreateTimer(
            _ =>
                second = clock.CreateTimer(
                    _ => fired.Add(clock.GetUtcNow() - s_start),
                    null,
                    TimeSpan.FromSeconds(5),
                    Timeout.InfiniteTimeSpan
                ),
            null,
            TimeSpan.FromSeconds(1),
            Timeout.InfiniteTimeSpan
        );
        clock.Advance(TimeSpan.FromMinutes(1));
        fired.ShouldBe([TimeSpan.FromSeconds(6)]);
        second!.Dispose();
    }

    [Fact]
    public void A_stopped_or_disposed_timer_never_fires()
    {
        using VirtualClock clock = new(s_start);
        var fired = 0;
        using var stopped = clock.CreateTimer(_ => fired++, null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        var disposed = clock.CreateTimer(_ => fired++, null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        stopped.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan).ShouldBeTrue();
        disposed.Dispose();
        clock.Advance(TimeSpan.FromMinutes(1));
        fired.ShouldBe(0);
        disposed.Change(TimeSpan.Zero, TimeSpan.Zero).ShouldBeFalse();
    }

    [Fact]
    public async Task A_delay_ends_when_the_running_clock_reaches_it_whatever_its_speed_was()
    {
        FakeTimeProvider real = new();
        using VirtualClock clock = new(s_start, speed: 1, real);
        var delay = Task.Delay(TimeSpan.FromHours(1), clock, TestContext.Current.CancellationToken);
        real.Advance(TimeSpan.FromMinutes(1));
        delay.IsCompleted.ShouldBeFalse();
        clock.Speed = 0;
        real.Advance(TimeSpan.FromHours(5));
        delay.IsCompleted.ShouldBeFalse();
        clock.Speed = 3600;
        real.Advance(TimeSpan.FromSeconds(1));
        await delay;
    }

    [Fact]
    public async Task A_wake_up_further_away_than_system_timers_reach_still_comes()
    {
        FakeTimeProvider real = new();
        using VirtualClock clock = new(s_start, speed: 0.001, real);
        var delay = Task.Delay(TimeSpan.FromHours(1), clock, TestContext.Current.CancellationToken);
        real.Advance(TimeSpan.FromHours(999));
        delay.IsCompleted.ShouldBeFalse();
        real.Advance(TimeSpan.FromHours(1));
        await delay;
    }

    [Fact]
    public void A_fast_clock_does_not_run_away_from_a_process_that_gets_no_turn()
    {
        FakeTimeProvider real = new();
        using VirtualClock clock = new(s_start, speed: 100, real, waitsForItsProcess: true);
        real.Advance(TimeSpan.FromMilliseconds(10));
        clock.GetUtcNow().ShouldBe(s_start + TimeSpan.FromSeconds(1));
        // An hour without a pulse, then life goes on.
        real.Advance(TimeSpan.FromHours(1));
        clock.GetUtcNow().ShouldBeLessThan(s_start + TimeSpan.FromSeconds(10));
        var woken = clock.GetUtcNow();
        real.Advance(TimeSpan.FromMilliseconds(10));
        (clock.GetUtcNow() - woken).ShouldBe(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task The_system_clock_drives_it_too()
    {
        using VirtualClock clock = new(s_start, speed: 1_000_000);
        await Task.Delay(TimeSpan.FromHours(1), clock, TestContext.Current.CancellationToken);
        clock.GetUtcNow().ShouldBeGreaterThanOrEqualTo(s_start + TimeSpan.FromHours(1));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_speed_that_is_no_speed_is_refused(double speed)
    {
        Should.Throw<ArgumentOutOfRangeException>(() => new VirtualClock(s_start, speed));
        using VirtualClock clock = new(s_start);
        Should.Throw<ArgumentOutOfRangeException>(() => clock.Speed = speed);
    }

    [Fact]
    public void Time_does_not_go_back()
    {
        using VirtualClock clock = new(s_start);
        Should.Throw<ArgumentOutOfRangeException>(() => clock.Advance(TimeSpan.FromTicks(-1)));
    }
}
