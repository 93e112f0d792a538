using HybridLlm.Testing.Ec2;
using HybridLlm.Testing.Simulation;

namespace HybridLlm.AwsGpu.Tests.Wire;

/// <summary>Our emulator, one for each test, on a clock that makes a minute of waiting a tenth of a second.</summary>
/// <param name="speed">How much faster than real the clock is; less where a real process takes part.</param>
public sealed class EmulatorBackend(double speed = 600) : IWireBackend, IAsyncDisposable
{
    private readonly VirtualClock _clock = new(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero), speed);
    private EmulatedCloud? _cloud;

    /// <summary>The running emulator; after <see cref="StartAsync"/>.</summary>
    public EmulatedCloud Cloud => _cloud ?? throw new InvalidOperationException("Not started.");

    public VirtualClock Clock => _clock;

    public IReadOnlyDictionary<Behaviour, string> Differences { get; } = new Dictionary<Behaviour, string>();

    public IReadOnlyDictionary<string, string> Answered { get; } = new Dictionary<string, string>();

    public async Task<WireEndpoint> StartAsync()
    {
        _cloud ??= await EmulatedCloud.StartAsync(new EmulatedCloudOptions { Time = _clock });
        return new WireEndpoint(_cloud.Endpoint, new AwsAccessKey(_cloud.AccessKey, _cloud.SecretKey), _clock);
    }

    public async ValueTask DisposeAsync()
    {
        if (_cloud is not null)
        {
            await _cloud.DisposeAsync();
        }

        _clock.Dispose();
    }
}
