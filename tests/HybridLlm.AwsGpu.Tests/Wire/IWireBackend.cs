namespace HybridLlm.AwsGpu.Tests.Wire;

/// <summary>Something that answers EC2, S3 and STS on loopback.</summary>
public interface IWireBackend
{
    /// <summary>Starts it on first use; skips the test where its program is absent.</summary>
    Task<WireEndpoint> StartAsync();

    /// <summary>What it is known to do unlike AWS.</summary>
    IReadOnlyDictionary<Behaviour, string> Differences { get; }

    /// <summary>EC2 actions it lacks, with the body that answers them in its place.</summary>
    IReadOnlyDictionary<string, string> Answered { get; }
}

/// <param name="Url">Where it answers.</param>
/// <param name="AccessKey">Key it accepts.</param>
/// <param name="Time">Clock it keeps.</param>
public sealed record WireEndpoint(Uri Url, AwsAccessKey AccessKey, TimeProvider Time);
