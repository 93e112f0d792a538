using System.Diagnostics;

namespace HybridLlm.Keeping;

/// <summary>
/// A wake as a trace: one span, with one for each stage in it, under the request that began it. AwsGpu's own spans lie below them.
/// </summary>
internal sealed class WakeTrace : IDisposable
{
    private static readonly ActivitySource s_source = new("HybridLlm");

    private readonly Activity? _wake;
    private Activity? _stage;

    public WakeTrace(string wakeId, string model)
    {
        _wake = s_source.StartActivity("wake");
        _wake?.SetTag("hybridllm.wake", wakeId);
        _wake?.SetTag("gen_ai.request.model", model);
    }

    /// <summary>A stage begins, and with it the one before it ends.</summary>
    public void Stage(string name)
    {
        _stage?.Dispose();
        if (_wake is not null)
        {
            _stage = s_source.StartActivity(name, ActivityKind.Internal, _wake.Context);
            Activity.Current = _stage ?? _wake;
        }
    }

    public void Rented(string instanceId, string instanceType)
    {
        _wake?.SetTag("cloud.resource_id", instanceId);
        _wake?.SetTag("host.type", instanceType);
    }

    public void Failed(Exception why)
    {
        _stage?.SetStatus(ActivityStatusCode.Error);
        _wake?.SetTag("error.type", why.GetType().Name).SetStatus(ActivityStatusCode.Error);
    }

    public void Dispose()
    {
        _stage?.Dispose();
        _wake?.Dispose();
    }
}
