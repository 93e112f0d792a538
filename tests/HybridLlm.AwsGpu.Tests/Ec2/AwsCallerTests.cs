using Amazon.EC2;
using Amazon.EC2.Model;
using Amazon.Runtime;
using HybridLlm.AwsGpu.Ec2;
using Microsoft.Extensions.Time.Testing;

namespace HybridLlm.AwsGpu.Tests.Ec2;

public sealed class AwsCallerTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly List<DateTimeOffset> _calls = [];

    [Fact]
    public async Task A_throttled_call_is_repeated_until_it_succeeds()
    {
        var answer = await RunAsync(c =>
            c.OnceAsync<DescribeVpcsRequest, string>(
                Failing(5, () => Refusal("RequestLimitExceeded")),
                new DescribeVpcsRequest(),
                default
            )
        );

        answer.ShouldBe("done");
        _calls.Count.ShouldBe(6);
    }

    [Fact]
    public async Task Throttling_without_end_is_reported_with_the_action_and_its_code()
    {
        var refusal = await Should.ThrowAsync<AwsCallException>(() =>
            RunAsync(c =>
                c.OnceAsync<DescribeVpcsRequest, string>(
                    Failing(99, () => Refusal("RequestLimitExceeded")),
                    new DescribeVpcsRequest(),
                    default
                )
            )
        );

        refusal.Operation.ShouldBe("DescribeVpcs");
        refusal.Code.ShouldBe("RequestLimitExceeded");
        refusal.Kind.ShouldBe(AwsErrorKind.Throttled);
        refusal.Remedy.ShouldNotBeEmpty();
        _calls.Count.ShouldBe(9);
    }

    [Fact]
    public async Task A_lost_answer_is_asked_for_again_only_where_the_work_cannot_be_done_twice()
    {
        HttpRequestException lost = new("connection reset");

        (
            await RunAsync(c =>
                c.RepeatableAsync<DescribeVpcsRequest, string>(
                    Failing(2, () => lost),
                    new DescribeVpcsRequest(),
                    default
                )
            )
        ).ShouldBe("done");
        _calls.Clear();
        var refusal = await Should.ThrowAsync<AwsCallException>(() =>
            RunAsync(c =>
                c.OnceAsync<CreateVpcRequest, string>(Failing(2, () => lost), new CreateVpcRequest(), default)
            )
        );

        refusal.Kind.ShouldBe(AwsErrorKind.OutcomeUnknown);
        _calls.Count.ShouldBe(1);
    }

    [Fact]
    public async Task An_id_too_new_to_be_seen_is_asked_for_again_for_about_a_minute()
    {
        await Should.ThrowAsync<AwsCallException>(() =>
            RunAsync(c =>
                c.SettlingAsync<CreateSubnetRequest, string>(
                    Failing(99, () => Refusal("InvalidVpcID.NotFound")),
                    new CreateSubnetRequest(),
                    default
                )
            )
        );

        _calls.Count.ShouldBe(15);
        (_calls[^1] - _calls[0]).ShouldBeInRange(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(100));
    }

    [Fact]
    public async Task Any_other_refusal_is_reported_at_once()
    {
        await Should.ThrowAsync<AwsCallException>(() =>
            RunAsync(c =>
                c.RepeatableAsync<DescribeVpcsRequest, string>(
                    Failing(1, () => Refusal("UnauthorizedOperation")),
                    new DescribeVpcsRequest(),
                    default
                )
            )
        );

        _calls.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Cancellation_is_no_lost_answer()
    {
        using CancellationTokenSource cancelled = new();
        await cancelled.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() =>
            new AwsCaller(_time).RepeatableAsync(
                (DescribeVpcsRequest _, CancellationToken token) => Task.FromCanceled<string>(token),
                new DescribeVpcsRequest(),
                cancelled.Token
            )
        );
    }

    [Fact]
    public async Task Every_page_of_a_listing_is_read()
    {
        Dictionary<string, (int[] Items, string? Next)> pages = new()
        {
            [""] = ([1, 2], "a"),
            ["a"] = ([], "b"),
            ["b"] = ([3], ""),
        };

        var all = await new AwsCaller(_time).ListAsync(
            next => new DescribeVpcsRequest { NextToken = next },
            (request, _) => Task.FromResult(pages[request.NextToken ?? ""]),
            page => (page.Items, page.Next),
            TestContext.Current.CancellationToken
        );

        all.ShouldBe([1, 2, 3]);
    }

    /// <summary>Runs a call on virtual time: whenever it waits, the clock moves on.</summary>
    private async Task<T> RunAsync<T>(Func<AwsCaller, Task<T>> run)
    {
        _time.AutoAdvanceAmount = TimeSpan.Zero;
        var running = run(new AwsCaller(_time));
        while (!running.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        return await running;
    }

    private Func<AmazonWebServiceRequest, CancellationToken, Task<string>> Failing(
        int times,
        Func<Exception> failure
    ) =>
        (_, _) =>
        {
            _calls.Add(_time.GetUtcNow());
            return _calls.Count <= times ? Task.FromException<string>(failure()) : Task.FromResult("done");
        };

    private static AmazonEC2Exception Refusal(string code) =>
        new("refused", ErrorType.Sender, code, "request-1", System.Net.HttpStatusCode.BadRequest);
}
