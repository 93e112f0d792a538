using FsCheck.Xunit;
using HybridLlm.Gateway.Holding;

namespace HybridLlm.Gateway.Tests.Holding;

/// <summary>Order, limits and losslessness of the queue.</summary>
public sealed class HoldQueueTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Joins, leaves and grants in any order: everybody who stays is granted once, in order of arrival.</summary>
    [Property(MaxTest = 300)]
    public bool Who_stays_is_granted_once_and_in_order(byte[] steps)
    {
        var room = 0;
        HoldQueue<int, object> queue = new(_ => room > 0 && room-- > 0 ? new object() : null);
        List<(int Number, Task Wait, CancellationTokenSource Leave)> waiting = [];
        List<int> granted = [];
        var next = 0;
        foreach (var step in steps)
        {
            switch (step % 3)
            {
                case 0:
                    CancellationTokenSource leave = new();
                    var (number, held) = (next, queue.Join(next++, false, int.MaxValue)!);
                    waiting.Add((number, held.WaitAsync(leave.Token), leave));
                    break;
                case 1 when waiting.Count > 0:
                    var gone = waiting[step % waiting.Count];
                    gone.Leave.Cancel();
                    waiting.Remove(gone);
                    break;
                case 2:
                    room++;
                    queue.Pump();
                    if (waiting.Count > 0)
                    {
                        granted.Add(waiting[0].Number);
                        waiting[0].Wait.Wait(TimeSpan.FromSeconds(10)).ToString();
                        waiting.RemoveAt(0);
                    }
                    else
                    {
                        room = 0;
                    }

                    break;
            }
        }

        return granted.SequenceEqual(granted.Order())
            && waiting.All(w => !w.Wait.IsCompleted)
            && queue.Count == waiting.Count;
    }

    [Fact]
    public async Task An_answer_that_has_begun_goes_first_and_needs_no_place()
    {
        object? free = null;
        HoldQueue<string, object> queue = new(_ => Interlocked.Exchange(ref free, null));
        var fresh = queue.Join("fresh", false, 1)!;
        queue.Join("one too many", false, 1).ShouldBeNull();
        var begun = queue.Join("begun", true, 1)!;
        fresh.Position.ShouldBeGreaterThan(begun.Position - 1);

        free = new object();
        queue.Pump();
        await begun.WaitAsync(Token);
        queue.Count.ShouldBe(1);
        queue.TryTake("later", false).ShouldBeNull();
        free = new object();
        queue.Pump();
        await fresh.WaitAsync(Token);
    }

    [Fact]
    public async Task Those_who_wait_in_vain_are_told_why()
    {
        HoldQueue<string, object> queue = new(_ => null);
        var (mine, other) = (queue.Join("mine", false, 9)!, queue.Join("other", false, 9)!);
        queue.Fail(wish => wish == "mine" ? new InvalidOperationException("no") : null);
        await Should.ThrowAsync<InvalidOperationException>(() => mine.WaitAsync(Token));
        queue.Count.ShouldBe(1);
        using CancellationTokenSource leave = new();
        var waiting = other.WaitAsync(leave.Token);
        await leave.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(waiting);
        queue.Count.ShouldBe(0);
    }
}
