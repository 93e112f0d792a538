using System.Text.Json;
using System.Text.Json.Serialization;
using HybridLlm.Nebula.Encoding;

namespace HybridLlm.Nebula.Rotation;

/// <summary>How far a rotation is.</summary>
public enum RotationPhase
{
    /// <summary>Every node learns to trust the new authority beside the old.</summary>
    Adding,

    /// <summary>Every node gets a certificate of the new authority.</summary>
    Reissuing,

    /// <summary>Every node forgets the old authority.</summary>
    Dropping,

    /// <summary>Only the new authority is left.</summary>
    Done,
}

/// <summary>What a node was last seen to have; nothing, before it was.</summary>
/// <param name="Name">Its name.</param>
/// <param name="TrustsOld">Whether its <c>ca.crt</c> holds the old authority.</param>
/// <param name="TrustsNew">Whether its <c>ca.crt</c> holds the new authority.</param>
/// <param name="IssuedByNew">Whether its certificate is the new authority's.</param>
public sealed record RotationNode(string Name, bool TrustsOld, bool TrustsNew, bool IssuedByNew);

/// <summary>What a node is to have now.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Trusts">Fingerprints of the authorities for its <c>ca.crt</c>.</param>
/// <param name="Issuer">Fingerprint of the authority its certificate shall come from; null to keep the one it has.</param>
public sealed record RotationTask(string Name, IReadOnlyList<string> Trusts, string? Issuer);

/// <summary>A rotation from one authority to another. Data; <see cref="AuthorityRotation"/> moves it.</summary>
public sealed record RotationState
{
    /// <summary>Fingerprint of the authority to leave.</summary>
    public required string Old { get; init; }

    /// <summary>Fingerprint of the authority to go to.</summary>
    public required string New { get; init; }

    /// <summary>How far it is.</summary>
    public RotationPhase Phase { get; init; } = RotationPhase.Adding;

    /// <summary>Every node of the mesh.</summary>
    public required IReadOnlyList<RotationNode> Nodes { get; init; }

    /// <summary>What each node that is behind has to get; reload it afterwards.</summary>
    [JsonIgnore]
    public IReadOnlyList<RotationTask> Tasks => [.. Nodes.Where(n => !HasArrived(n)).Select(Task)];

    /// <summary>Reads what <see cref="ToJson"/> wrote: a rotation takes as long as its slowest node.</summary>
    /// <exception cref="NebulaFormatException">The text is something else.</exception>
    public static RotationState ParseJson(string json) =>
        JsonText.Read(
            json,
            RotationJson.Default.RotationState,
            state => Enum.IsDefined(state.Phase) && state.Nodes.All(n => n is not null),
            e => new NebulaFormatException(
                "rotation-malformed",
                $"The text is no rotation: {e.Message}",
                "Restore it; begun again, a rotation does not know which nodes it has given what.",
                e
            )
        );

    /// <summary>The state as JSON. It holds no secret.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, RotationJson.Default.RotationState);

    internal bool HasArrived(RotationNode node) =>
        Phase switch
        {
            RotationPhase.Adding => node is { TrustsOld: true, TrustsNew: true },
            RotationPhase.Reissuing => node is { TrustsOld: true, TrustsNew: true, IssuedByNew: true },
            _ => node is { TrustsOld: false, TrustsNew: true, IssuedByNew: true },
        };

    private RotationTask Task(RotationNode node) =>
        Phase switch
        {
            RotationPhase.Adding => new RotationTask(node.Name, [Old, New], null),
            RotationPhase.Reissuing => new RotationTask(node.Name, [Old, New], New),
            _ => new RotationTask(node.Name, [New], New),
        };
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    UseStringEnumConverter = true,
    WriteIndented = true
)]
[JsonSerializable(typeof(RotationState))]
internal sealed partial class RotationJson : JsonSerializerContext;
