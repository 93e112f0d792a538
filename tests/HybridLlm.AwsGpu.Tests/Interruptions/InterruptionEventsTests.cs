using HybridLlm.AwsGpu.Interruptions;
using HybridLlm.AwsGpu.Interruptions.Sources;

namespace HybridLlm.AwsGpu.Tests.Interruptions;

public sealed class InterruptionEventsTests
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 23, 18, 0, 5, TimeSpan.Zero);

    [Theory]
    [InlineData(
        "EC2 Spot Instance Interruption Warning",
        "\"instance-action\":\"terminate\"",
        InterruptionKind.Notice,
        "18:02:00",
        true
    )]
    [InlineData("EC2 Instance Rebalance Recommendation", "\"x\":1", InterruptionKind.Rebalance, null, true)]
    [InlineData(
        "EC2 Instance State-change Notification",
        "\"state\":\"stopping\"",
        InterruptionKind.Ended,
        "18:00:00",
        false
    )]
    [InlineData(
        "EC2 Instance State-change Notification",
        "\"state\":\"terminated\"",
        InterruptionKind.Ended,
        "18:00:00",
        false
    )]
    public void An_event_says_what_happens_to_which_instance(
        string type,
        string detail,
        InterruptionKind kind,
        string? endsAt,
        bool byEc2
    )
    {
        var signal = InterruptionEvents
            .Parse(Envelope(type, $$"""{"instance-id":"i-0abc",{{detail}}}"""), s_now)
            .ShouldHaveSingleItem();

        signal.ShouldBe(
            new InterruptionSignal
            {
                InstanceId = "i-0abc",
                Kind = kind,
                Source = InterruptionSource.Queue,
                At = s_now,
                EndsAt = endsAt is null ? null : DateTimeOffset.Parse($"2026-11-23T{endsAt}Z", null),
                ByEc2 = byEc2,
            }
        );
    }

    [Fact]
    public void Scheduled_maintenance_is_a_recommendation_for_each_instance_it_names() =>
        InterruptionEvents
            .Parse(
                Envelope(
                    "AWS Health Event",
                    """{"service":"EC2","eventTypeCategory":"scheduledChange","affectedEntities":[{"entityValue":"i-1"},{"entityValue":"i-2"}]}"""
                ),
                s_now
            )
            .Select(s => (s.InstanceId, s.Kind))
            .ShouldBe([("i-1", InterruptionKind.Rebalance), ("i-2", InterruptionKind.Rebalance)]);

    [Theory]
    [InlineData("EC2 Instance State-change Notification", """{"instance-id":"i-1","state":"running"}""")]
    [InlineData("EC2 Spot Instance Request Fulfillment", """{"instance-id":"i-1"}""")]
    [InlineData("EC2 Spot Instance Interruption Warning", """{"instance-id":7}""")]
    [InlineData("AWS Health Event", """{"service":"RDS","eventTypeCategory":"scheduledChange"}""")]
    [InlineData("AWS Health Event", "[]")]
    public void Other_events_say_nothing(string type, string detail) =>
        InterruptionEvents.Parse(Envelope(type, detail), s_now).ShouldBeEmpty();

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("[]")]
    [InlineData("{\"detail\":null}")]
    [InlineData("{\"detail-type\":7,\"detail\":{}}")]
    public void What_is_no_event_says_nothing(string body) => InterruptionEvents.Parse(body, s_now).ShouldBeEmpty();

    private static string Envelope(string type, string detail) =>
        $$"""
            {"version":"0","id":"1","detail-type":"{{type}}","source":"aws.ec2","account":"123456789012",
             "time":"2026-11-23T18:00:00Z","region":"us-east-1","resources":["arn:aws:ec2:us-east-1b:instance/i-0abc"],"detail":{{detail}}}
            """;
}
