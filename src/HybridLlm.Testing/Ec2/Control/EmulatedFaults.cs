using HybridLlm.Testing.Ec2.Protocol;

namespace HybridLlm.Testing.Ec2;

/// <summary>Trouble on purpose: failing calls, lost replies, throttling, late visibility. Thread-safe.</summary>
public sealed class EmulatedFaults
{
    /// <summary>Stands for every action.</summary>
    public const string AnyAction = "*";

    private readonly CloudState _cloud;
    private readonly List<PlannedFailure> _failures = [];
    private readonly Dictionary<string, Throttle> _throttles = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TimeSpan> _delays = new(StringComparer.Ordinal);

    internal EmulatedFaults(CloudState cloud) => _cloud = cloud;

    /// <summary>Makes the next calls of an action fail.</summary>
    /// <param name="action">Operation name, e.g. <c>CreateFleet</c> or <c>PutObject</c>, or <see cref="AnyAction"/>.</param>
    /// <param name="code">AWS error code to answer, e.g. <c>InternalError</c>.</param>
    /// <param name="httpStatus">HTTP status to answer. The SDK retries 500, 502, 503 and 504 by itself.</param>
    /// <param name="count">How many calls fail, 1 or more; the SDK's own retries count.</param>
    /// <param name="afterEffect">
    /// False answers the error instead of doing anything. True does what was asked and answers the error all the same:
    /// the lost reply. Calls that fail by themselves do not use up such a failure.
    /// </param>
    public void FailNext(string action, string code, int httpStatus, int count = 1, bool afterEffect = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(action);
        ArgumentException.ThrowIfNullOrEmpty(code);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        lock (_cloud.Gate)
        {
            _failures.Add(new PlannedFailure(action, code, httpStatus, afterEffect, count));
        }
    }

    /// <summary>Limits an action as EC2 does, by a bucket of calls that refills: <c>RequestLimitExceeded</c> or <c>SlowDown</c>.</summary>
    /// <param name="action">Operation name, or <see cref="AnyAction"/> for all together.</param>
    /// <param name="callsPerSecond">Refill per second of the emulator's clock, 0 or more.</param>
    /// <param name="burst">Calls the full bucket allows at once, 0 or more.</param>
    public void Throttle(string action, double callsPerSecond, int burst)
    {
        ArgumentException.ThrowIfNullOrEmpty(action);
        ArgumentOutOfRangeException.ThrowIfNegative(callsPerSecond);
        ArgumentOutOfRangeException.ThrowIfNegative(burst);
        lock (_cloud.Gate)
        {
            _throttles[action] = new Throttle(callsPerSecond, burst, _cloud.Now);
        }
    }

    /// <summary>
    /// Eventual consistency: what is created from now on is unknown to calls (not found, absent from lists) for a while.
    /// </summary>
    /// <param name="delay">How long, by the emulator's clock; zero ends it.</param>
    /// <param name="resourceType">Tag resource type, e.g. <c>instance</c>; null for every type.</param>
    public void HideNewFor(TimeSpan delay, string? resourceType = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        lock (_cloud.Gate)
        {
            _delays[resourceType ?? AnyAction] = delay;
        }
    }

    internal bool Shows(Resource resource)
    {
        var delay = _delays.TryGetValue(resource.ResourceKind.Type, out var own)
            ? own
            : _delays.GetValueOrDefault(AnyAction);
        return resource.Created + delay <= _cloud.Now;
    }

    internal void BeforeEffect(EmulatedCall call)
    {
        Answer(call, afterEffect: false);
        var spared = new[] { call.Action, AnyAction }.All(a =>
            !_throttles.TryGetValue(a, out var throttle) || throttle.Take(_cloud.Now)
        );
        if (!spared)
        {
            throw call.Service == "s3"
                ? new ServiceError("SlowDown", "Please reduce your request rate.", 503)
                : new ServiceError("RequestLimitExceeded", "Request limit exceeded.", 503);
        }
    }

    internal void AfterEffect(EmulatedCall call) => Answer(call, afterEffect: true);

    private void Answer(EmulatedCall call, bool afterEffect)
    {
        var planned = _failures.FirstOrDefault(f => f.AfterEffect == afterEffect && f.Concerns(call.Action));
        if (planned is null)
        {
            return;
        }

        if (--planned.Left == 0)
        {
            _failures.Remove(planned);
        }

        throw new ServiceError(planned.Code, $"{planned.Code}: a planned failure of {call.Action}.", planned.Status);
    }

    private sealed class PlannedFailure(string action, string code, int status, bool afterEffect, int count)
    {
        public string Code => code;

        public int Status => status;

        public bool AfterEffect => afterEffect;

        public int Left { get; set; } = count;

        public bool Concerns(string called) => action == AnyAction || action == called;
    }
}
