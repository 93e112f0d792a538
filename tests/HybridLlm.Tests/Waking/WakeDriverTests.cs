using System.Collections.Concurrent;
using System.Net;
using HybridLlm.Applying;
using HybridLlm.Budgets;
using HybridLlm.Waking;
using Microsoft.Extensions.Time.Testing;

namespace HybridLlm.Tests.Waking;

public sealed class WakeDriverTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly ScriptedBurst _burst;
    private readonly WakeDriver _driver;

    public WakeDriverTests()
    {
        _burst = new ScriptedBurst(_clock);
        _driver = new WakeDriver(
            _burst,
            _clock,
            new ClusterEvents(_clock),
            TimeSpan.FromMinutes(5),
            TimeSpan.FromMinutes(2)
        );
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_hundred_requests_at_once_make_one_wake_and_all_get_through()
    {
        var requests = Enumerable.Range(0, 100).Select(_ => _driver.AcquireAsync(Token)).ToList();
        _driver.Waiting.ShouldBe(100);
        _burst.Succeed();

        var leases = await Task.WhenAll(requests);

        leases.Select(l => l.Node).Distinct().ShouldHaveSingleItem();
        _burst.Wakes.ShouldBe(1);
        _driver.Waiting.ShouldBe(0);
    }

    [Fact]
    public async Task The_GPU_goes_when_nobody_has_asked_for_the_idle_time()
    {
        using (await AwakeAsync())
        {
            _clock.Advance(TimeSpan.FromHours(1));
            _driver.Phase.ShouldBe(WakePhase.Awake);
        }

        _clock.Advance(TimeSpan.FromMinutes(4));
        (await _driver.AcquireAsync(Token)).Dispose();
        _clock.Advance(TimeSpan.FromMinutes(4));
        _driver.Phase.ShouldBe(WakePhase.Awake);
        _clock.Advance(TimeSpan.FromMinutes(2));

        await _burst.GivenBack(1);
    }

    [Fact]
    public async Task A_failed_wake_tells_everyone_why_and_gives_back_what_it_rented()
    {
        var requests = Enumerable.Range(0, 3).Select(_ => _driver.AcquireAsync(Token)).ToList();
        _burst.Fail(new WakeFailedException("No pool has a GPU.", "Try another region."));

        foreach (var request in requests)
        {
            (await Should.ThrowAsync<WakeFailedException>(request)).Remedy.ShouldBe("Try another region.");
        }

        await _burst.GivenBack(1);
    }

    [Fact]
    public async Task A_node_that_ends_without_a_word_while_it_wakes_is_replaced_twice_and_then_given_up()
    {
        var request = _driver.AcquireAsync(Token);
        _burst.Fail(new NodeLostException("gpu-1", "its instance is Terminated", isGone: true));

        (await Should.ThrowAsync<WakeFailedException>(request)).Message.ShouldContain("its instance is Terminated");

        await _burst.GivenBack(1 + WakeMachine.MostRetries);
        _burst.Wakes.ShouldBe(1 + WakeMachine.MostRetries);
    }

    [Fact]
    public async Task A_node_that_says_why_it_failed_is_not_replaced()
    {
        var request = _driver.AcquireAsync(Token);
        _burst.Fail(new NodeLostException("gpu-1", "it says 'sha256 differs'"));

        (await Should.ThrowAsync<WakeFailedException>(request)).Message.ShouldContain("sha256 differs");

        await _burst.GivenBack(1);
        _burst.Wakes.ShouldBe(1);
    }

    [Fact]
    public async Task A_wake_that_the_budget_ends_says_so()
    {
        var request = _driver.AcquireAsync(Token);
        _driver.Notify("gpu-1", WakeEvent.BudgetExhausted);

        (await Should.ThrowAsync<WakeFailedException>(request)).Message.ShouldContain("budget");
    }

    [Fact]
    public async Task Giving_back_is_tried_until_it_succeeds()
    {
        var lease = await AwakeAsync();
        _burst.FailuresToGiveBack = 3;
        lease.Dispose();
        var asleep = _driver.SleepAsync(Token);
        while (!asleep.IsCompleted)
        {
            _clock.Advance(TimeSpan.FromSeconds(15));
            await Task.Yield();
        }

        await asleep;
        _driver.Phase.ShouldBe(WakePhase.Asleep);
        _burst.GiveBacks.ShouldBe(4);
    }

    [Fact]
    public async Task A_caller_who_gives_up_neither_stops_the_wake_nor_holds_the_GPU()
    {
        using CancellationTokenSource impatient = new();
        var request = _driver.AcquireAsync(impatient.Token);
        await impatient.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(request);
        _driver.Waiting.ShouldBe(0);

        _burst.Succeed();
        await _burst.Woken(1);
        (await _driver.AcquireAsync(Token)).Dispose();
        _clock.Advance(TimeSpan.FromMinutes(6));

        await _burst.GivenBack(1);
        _burst.Wakes.ShouldBe(1);
    }

    [Fact]
    public async Task Sleep_waits_for_an_open_answer_and_holds_new_requests_for_the_next_GPU()
    {
        var lease = await AwakeAsync();
        var asleep = _driver.SleepAsync(Token);
        var late = _driver.AcquireAsync(Token);
        _driver.Phase.ShouldBe(WakePhase.Draining);
        _burst.GiveBacks.ShouldBe(0);

        _burst.Succeed();
        lease.Dispose();
        using var next = await late;

        _burst.GiveBacks.ShouldBe(1);
        _burst.Wakes.ShouldBe(2);
        asleep.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task Draining_has_an_end()
    {
        var lease = await AwakeAsync();
        var asleep = _driver.SleepAsync(Token);
        _clock.Advance(TimeSpan.FromMinutes(2));
        await asleep;

        lease.Node.Lost.IsCancellationRequested.ShouldBeTrue();
        lease.Dispose();
        _driver.Phase.ShouldBe(WakePhase.Asleep);
    }

    [Fact]
    public async Task A_lost_node_that_nobody_uses_is_swept_and_not_replaced()
    {
        var lease = await AwakeAsync();
        lease.Dispose();
        _driver.Notify(lease.Node.WakeId, WakeEvent.NodeLost);

        lease.Node.Lost.IsCancellationRequested.ShouldBeTrue();
        await _burst.GivenBack(1);
        _burst.Wakes.ShouldBe(1);
    }

    [Fact]
    public async Task A_lost_node_that_is_used_is_followed_at_once_and_given_back_beside()
    {
        var lost = await AwakeAsync();
        var since = _clock.GetUtcNow();
        (_burst.WakeTakes, _burst.GivingBackTakes) = (TimeSpan.FromMinutes(3), TimeSpan.FromSeconds(90));
        _driver.Notify("gpu-1", WakeEvent.NodeLost);
        lost.Node.Lost.IsCancellationRequested.ShouldBeTrue();
        lost.Dispose();

        using var next = await PassUntilAsync(_driver.AcquireAsync(Token));
        next.Node.WakeId.ShouldBe("gpu-2");
        // One after the other it would be the sum, 4 minutes and a half.
        (_clock.GetUtcNow() - since).ShouldBe(_burst.WakeTakes);
        await _burst.NodeGivenBack();
        (_burst.NodesGivenBack.Single(), _burst.GiveBacks).ShouldBe(("gpu-1", 0));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Where_budget_or_quota_bear_one_only_the_lost_node_is_given_back_first(bool isBudget)
    {
        var lost = await AwakeAsync();
        _burst.RefuseOnce(
            isBudget
                ? new BudgetExhaustedException(new(false, "day", 3, 1, 1, 2, _clock.GetUtcNow()))
                : new WakeFailedException("VcpuLimitExceeded.", "Ask AWS.") { IsForTwo = true }
        );
        _driver.Notify("gpu-1", WakeEvent.NodeLost);
        var next = _driver.AcquireAsync(Token);
        lost.Dispose();
        await _burst.GivenBack(1);

        (await next).Node.WakeId.ShouldBe("gpu-3");
        _burst.NodesGivenBack.ShouldBe(["gpu-1"]);
    }

    [Fact]
    public async Task Whatever_else_ends_the_wake_after_a_loss_is_told()
    {
        var lost = await AwakeAsync();
        _burst.Hold();
        _driver.Notify("gpu-1", WakeEvent.NodeLost);
        var next = _driver.AcquireAsync(Token);
        lost.Dispose();
        _burst.Fail(new WakeFailedException("No pool has a GPU.", "Try another region."));

        (await Should.ThrowAsync<WakeFailedException>(next)).Remedy.ShouldBe("Try another region.");
        await _burst.GivenBack(1);
        _burst.Wakes.ShouldBe(2);
    }

    [Fact]
    public async Task Who_looks_at_the_node_that_failed_him_counts_as_one_who_uses_it()
    {
        var lost = await AwakeAsync();
        lost.Dispose();
        using (_driver.Hold(lost.Node))
        {
            _driver.Notify("gpu-1", WakeEvent.NodeLost);
            _driver.Hold(lost.Node).ShouldBeNull();
        }

        using var next = await _driver.AcquireAsync(Token);
        next.Node.WakeId.ShouldBe("gpu-2");
        await _burst.NodeGivenBack();
    }

    [Fact]
    public async Task At_a_notice_a_second_node_is_woken_and_the_first_goes_when_its_answers_have_moved()
    {
        var answer = await AwakeAsync();
        _driver.Notify("gpu-1", WakeEvent.NoticeGiven);
        answer.Node.Draining.IsCancellationRequested.ShouldBeTrue();
        var next = _driver.AcquireAsync(Token);

        using var moved = await next;
        moved.Node.WakeId.ShouldBe("gpu-2");
        _burst.NodesGivenBack.ShouldBeEmpty();
        answer.Dispose();

        await _burst.NodeGivenBack();
        _burst.NodesGivenBack.ShouldBe(["gpu-1"]);
        _burst.GiveBacks.ShouldBe(0);
        (_driver.Phase, _driver.Node).ShouldBe((WakePhase.Awake, moved.Node));
    }

    [Fact]
    public async Task What_is_heard_late_of_a_replaced_node_does_not_touch_its_successor()
    {
        using var answer = await AwakeAsync();
        _driver.Notify("gpu-1", WakeEvent.NoticeGiven);
        using var moved = await _driver.AcquireAsync(Token);

        _driver.Notify("gpu-1", WakeEvent.NodeLost);

        answer.Node.Lost.IsCancellationRequested.ShouldBeTrue();
        (_driver.Phase, _driver.Node).ShouldBe((WakePhase.Awake, moved.Node));
        answer.Dispose();
        _driver.Notify("gpu-1", WakeEvent.NodeLost);
        _driver.Phase.ShouldBe(WakePhase.Awake);
    }

    [Fact]
    public async Task A_lease_let_go_after_its_node_was_lost_is_not_counted_for_the_next_node()
    {
        var late = await AwakeAsync();
        _driver.Notify("gpu-1", WakeEvent.NodeLost);
        using var next = await _driver.AcquireAsync(Token);

        late.Dispose();
        _clock.Advance(TimeSpan.FromHours(1));

        _driver.Phase.ShouldBe(WakePhase.Awake);
        _burst.GiveBacks.ShouldBe(0);
        await _burst.NodeGivenBack();
        _burst.NodesGivenBack.ShouldBe(["gpu-1"]);
    }

    [Fact]
    public async Task On_a_recommendation_the_node_serves_on_until_the_next_one_is_ready()
    {
        var answer = await AwakeAsync();
        _burst.Hold();
        _driver.Notify("gpu-1", WakeEvent.ReplacementAdvised);
        using (var meanwhile = await _driver.AcquireAsync(Token))
        {
            meanwhile.Node.WakeId.ShouldBe("gpu-1");
        }

        answer.Node.Draining.IsCancellationRequested.ShouldBeFalse();
        _burst.Succeed();
        await _burst.Woken(2);
        answer.Node.Draining.WaitHandle.WaitOne(TimeSpan.FromSeconds(30)).ShouldBeTrue();

        using var next = await _driver.AcquireAsync(Token);
        next.Node.WakeId.ShouldBe("gpu-2");
        _burst.NodesGivenBack.ShouldBeEmpty();
        answer.Dispose();
        await _burst.NodeGivenBack();
        _burst.NodesGivenBack.ShouldBe(["gpu-1"]);
    }

    [Fact]
    public async Task An_idle_node_gives_way_to_a_cheaper_one_and_goes_at_once()
    {
        (await AwakeAsync()).Dispose();
        _driver.IdleNode.ShouldBe("gpu-1");
        _driver.Notify("gpu-1", WakeEvent.SpotOffered);

        await _burst.NodeGivenBack();

        _burst.NodesGivenBack.ShouldBe(["gpu-1"]);
        _driver.Node!.WakeId.ShouldBe("gpu-2");
        _clock.Advance(TimeSpan.FromMinutes(6));
        await _burst.GivenBack(1);
    }

    [Fact]
    public async Task A_replacement_that_fails_or_is_taken_is_given_up_and_the_node_serves_on()
    {
        using var answer = await AwakeAsync();
        _burst.Hold();
        _driver.Notify("gpu-1", WakeEvent.ReplacementAdvised);
        _driver.Notify("gpu-2", WakeEvent.NodeLost);
        while (_burst.GiveUps == 0)
        {
            await Task.Delay(10, Token);
        }

        (_driver.Phase, _driver.Node!.WakeId).ShouldBe((WakePhase.Awake, "gpu-1"));
        answer.Node.Draining.IsCancellationRequested.ShouldBeFalse();
        _burst.GiveBacks.ShouldBe(0);
    }

    [Fact]
    public async Task A_node_lost_while_its_replacement_boots_leaves_its_requests_to_the_replacement()
    {
        var answer = await AwakeAsync();
        _burst.Hold();
        _driver.Notify("gpu-1", WakeEvent.ReplacementAdvised);
        _driver.Notify("gpu-1", WakeEvent.NodeLost);
        answer.Node.Lost.WaitHandle.WaitOne(TimeSpan.FromSeconds(30)).ShouldBeTrue();
        var moved = _driver.AcquireAsync(Token);
        answer.Dispose();
        _burst.Succeed();

        (await moved).Node.WakeId.ShouldBe("gpu-2");
        _burst.Wakes.ShouldBe(2);
    }

    [Fact]
    public async Task Sleep_during_a_wake_cancels_it()
    {
        var request = _driver.AcquireAsync(Token);
        await _driver.SleepAsync(Token);

        await Should.ThrowAsync<WakeFailedException>(request);
        _burst.GiveBacks.ShouldBe(1);
    }

    public async ValueTask DisposeAsync()
    {
        await _driver.DisposeAsync();
        _burst.Dispose();
    }

    /// <summary>Lets virtual time pass, as fast as the work asks for it, until something has come about.</summary>
    private async Task<T> PassUntilAsync<T>(Task<T> coming)
    {
        while (!coming.IsCompleted)
        {
            if (_burst.NextDue is { } due && due > _clock.GetUtcNow())
            {
                _clock.Advance(due - _clock.GetUtcNow());
            }

            await Task.Delay(1, Token);
        }

        return await coming;
    }

    private async Task<NodeLease> AwakeAsync()
    {
        _burst.Succeed();
        return await _driver.AcquireAsync(Token);
    }

    /// <summary>Renting that succeeds or fails when the test says so.</summary>
    private sealed class ScriptedBurst(TimeProvider clock) : IBurst, IDisposable
    {
        private readonly ConcurrentDictionary<DateTimeOffset, int> _due = [];

        private readonly SemaphoreSlim _woken = new(0);
        private readonly SemaphoreSlim _givenBack = new(0);
        private readonly TaskCompletionSource _nodeGivenBack = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private Exception? _refusal;
        private TaskCompletionSource<bool> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Wakes { get; private set; }

        public int GiveBacks { get; private set; }

        public int FailuresToGiveBack { get; set; }

        public TimeSpan WakeTakes { get; set; }

        public TimeSpan GivingBackTakes { get; set; }

        /// <summary>The next moment at which something is done; null when nothing is under way.</summary>
        public DateTimeOffset? NextDue =>
            _due.Keys.Where(d => d > clock.GetUtcNow()).Select(d => (DateTimeOffset?)d).Min();

        public void Succeed() => _outcome.TrySetResult(true);

        /// <summary>Wakes from now on wait for the next outcome.</summary>
        public void Hold() => _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>The next wake fails, the ones after it do not.</summary>
        public void RefuseOnce(Exception why) => _refusal = why;

        public void Fail(Exception why) => _outcome.TrySetException(why);

        public void Dispose()
        {
            _woken.Dispose();
            _givenBack.Dispose();
        }

        public async Task<GpuNode> WakeAsync(CancellationToken cancellationToken)
        {
            var wake = ++Wakes;
            if (Interlocked.Exchange(ref _refusal, null) is { } refusal)
            {
                throw refusal;
            }

            await TakeAsync(WakeTakes, cancellationToken);
            await _outcome.Task.WaitAsync(cancellationToken);
            _woken.Release();
            return new GpuNode
            {
                WakeId = $"gpu-{wake}",
                InstanceId = "i-1",
                InstanceType = "g6.xlarge",
                Endpoint = new IPEndPoint(IPAddress.Loopback, 11434),
            };
        }

        public ConcurrentQueue<string> NodesGivenBack { get; } = [];

        public Task NodeGivenBack() => _nodeGivenBack.Task;

        public int GiveUps { get; private set; }

        public Task GiveUpAsync(CancellationToken cancellationToken)
        {
            GiveUps++;
            return Task.CompletedTask;
        }

        public async Task GiveBackAsync(GpuNode node, CancellationToken cancellationToken)
        {
            await TakeAsync(GivingBackTakes, cancellationToken);
            NodesGivenBack.Enqueue(node.WakeId);
            _nodeGivenBack.TrySetResult();
        }

        public async Task GiveBackAsync(CancellationToken cancellationToken)
        {
            GiveBacks++;
            if (FailuresToGiveBack-- > 0)
            {
                throw new IOException("AWS does not answer");
            }

            await TakeAsync(GivingBackTakes, cancellationToken);
            _givenBack.Release();
        }

        private Task TakeAsync(TimeSpan time, CancellationToken cancellationToken)
        {
            if (time == TimeSpan.Zero)
            {
                return Task.CompletedTask;
            }

            var passed = Task.Delay(time, clock, cancellationToken);
            _due[clock.GetUtcNow() + time] = 1;
            return passed;
        }

        public Task Woken(int times) => Times(_woken, times);

        public Task GivenBack(int times) => Times(_givenBack, times);

        private static async Task Times(SemaphoreSlim happened, int times)
        {
            for (var i = 0; i < times; i++)
            {
                await happened.WaitAsync(TestContext.Current.CancellationToken);
            }
        }
    }
}
