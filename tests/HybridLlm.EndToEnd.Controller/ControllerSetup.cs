using System.Text.Json;

namespace HybridLlm.EndToEnd.Controller;

/// <summary>What a controller in a process of its own needs to reach the world of the test that started it.</summary>
public sealed record ControllerSetup
{
    public required Uri Cloud { get; init; }
    public required string AccessKey { get; init; }
    public required string SecretKey { get; init; }

    /// <summary>PEM of the key that signs identity documents in us-east-1.</summary>
    public required string IdentityCertificate { get; init; }
    public required string StateFolder { get; init; }
    public required string ArtifactFolder { get; init; }
    public required string Model { get; init; }

    /// <summary>Loopback port of the way into the mesh.</summary>
    public required int MeshPort { get; init; }

    /// <summary>The world's time at <see cref="RealAnchor"/>, and how fast it goes: both processes' clocks agree.</summary>
    public required DateTimeOffset VirtualAnchor { get; init; }
    public required DateTimeOffset RealAnchor { get; init; }
    public required double Speed { get; init; }

    public string ToJson() => JsonSerializer.Serialize(this);

    public static ControllerSetup Read(string json) => JsonSerializer.Deserialize<ControllerSetup>(json)!;
}
